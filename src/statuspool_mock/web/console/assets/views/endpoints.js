/** Endpoints of webhooks: what is registered, and for which events. */

import { button, element } from "../element.js";
import { form, label, listing, whole } from "../elements/card.js";
import { full } from "../moments.js";

export const EVENTS = ["status_change", "incident_created", "sla_breach"];
const SECRET = "whsec_console";

/** Return the form that registers an endpoint. */
export function registration(app, changed) {
  const url = element("input", { id: "hook-url", placeholder: "URL of your receiver", autocomplete: "off" });
  const secret = element("input", { id: "hook-secret", value: SECRET, autocomplete: "off" });
  const boxes = EVENTS.map((name) => element("input", { type: "checkbox", value: name, checked: true }));
  const register = async (address) => {
    const events = boxes.filter((box) => box.checked).map((box) => box.value);
    await app.client.post("../v1/webhooks", { url: address, events, secret: secret.value || SECRET });
    app.toasts.done(`${address} is notified from now on: ${events.join(", ")}.`);
    await changed();
  };
  return form(
    () => register(url.value.trim()),
    label("hook-url", "URL"),
    url,
    label("hook-secret", "Secret"),
    secret,
    element(
      "fieldset",
      { class: "events" },
      element("legend", { class: "hidden-text" }, "Events"),
      boxes.map((box) => element("label", { class: "choice" }, box, box.value)),
    ),
    element("button", { type: "submit", class: "primary" }, "Register"),
    button("Use the built-in receiver", () => register(receiver())),
  );
}

/** Return the registered endpoints as a table. */
export function endpointTable(hooks) {
  return listing(
    "Endpoints",
    ["URL", "Events", "Active", "Last triggered", "Waiting"],
    hooks.map((hook) => [
      element("span", { class: "mono address" }, hook.url),
      hook.events.map((name) => element("span", { class: "tag" }, name)),
      hook.active ? "yes" : "no",
      whole(hook.last_triggered_at ? full(hook.last_triggered_at) : "never"),
      hook.waiting,
    ]),
    "No endpoints are registered.",
    { stacks: true },
  );
}

/** The address at which this server takes any delivery, for who has no receiver yet. */
function receiver() {
  return `${location.protocol}//127.0.0.1:${location.port || 80}/_mock/receiver`;
}
