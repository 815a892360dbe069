/** Endpoints of webhooks: what is registered, and for which events. */

import { confirmed } from "../dialog.js";
import { button, element } from "../element.js";
import { form, label, listing, named, whole } from "../elements/card.js";
import { full } from "../moments.js";
import { plural } from "../words.js";

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
    named("hook-secret", "Secret", secret),
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
export function endpointTable(app, hooks, changed) {
  return listing(
    "Endpoints",
    ["URL", "Events", "State", "Last triggered", "Waiting", ""],
    hooks.map((hook) => [
      element("span", { class: "mono address" }, hook.url),
      hook.events.map((name) => element("span", { class: "tag" }, name)),
      element("span", { class: hook.active ? "code good" : "code" }, hook.active ? "active" : "disabled"),
      whole(hook.last_triggered_at ? full(hook.last_triggered_at) : "never"),
      hook.waiting,
      actionsOn(app, hook, changed),
    ]),
    "No endpoints are registered.",
    { stacks: true },
  );
}

function actionsOn(app, { id, url, active }, changed) {
  const path = `webhooks/${id}`;
  const act = (word, press) => button(word, press, { "aria-label": `${word}: ${url}` });
  const turn = async (how) => {
    await app.client.post(`${path}/${how}`);
    await changed();
  };
  const remove = async () => {
    const { results } = await app.client.get("webhooks");
    const waiting = results.find((one) => one.id === id)?.waiting ?? 0;
    const lost = waiting ? ` Not sent: ${plural(waiting, "event")}, which wait for it.` : "";
    const text = `${url} receives nothing any more.${lost} Its deliveries stay in the log.`;
    if (!(await confirmed({ title: "Delete the endpoint?", text, action: "Delete" }))) return;
    await app.client.delete(path);
    await changed();
  };
  return [
    active ? act("Disable", () => turn("disable")) : act("Enable", () => turn("enable")),
    act("Delete", remove),
  ];
}

/** The address at which this server takes any delivery, for who has no receiver yet. */
function receiver() {
  return `${location.protocol}//127.0.0.1:${location.port || 80}/_mock/receiver`;
}
