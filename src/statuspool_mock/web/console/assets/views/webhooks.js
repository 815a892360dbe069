/** Webhooks: endpoints, deliveries and their responses, and the built-in receiver. */

import { copyButton } from "../clipboard.js";
import { openDialog } from "../dialog.js";
import { button, element } from "../element.js";
import { card, form, grid, label, listing, verbatim, whole } from "../elements/card.js";
import { JsonView } from "../elements/json-view.js";
import { full, hour } from "../moments.js";
import { keepUp, renew, restfully } from "../refresh.js";

const EVENTS = ["status_change", "incident_created", "sla_breach"];
const SECRET = "whsec_console";
const LIMIT = 100;
const OUTCOMES = { delivered: "good", failed: "failed", withheld: "refused", lost: "refused" };

export default function open({ place, app, signal }) {
  const endpoints = element("div");
  const deliveries = element("div");
  place.append(
    element("header", {}, element("h1", {}, "Webhooks")),
    grid(
      card("Endpoints", { wide: true }, registration(app, () => refresh()), endpoints),
      card("Deliveries", { wide: true, controls: sending(app, () => refresh()) }, deliveries),
    ),
  );

  async function refresh() {
    const [hooks, sent] = await Promise.all([
      app.client.get("webhooks", { signal }),
      app.client.get("deliveries", { query: { limit: LIMIT }, signal }),
    ]);
    await renew(endpoints, endpointTable(hooks.results));
    await renew(deliveries, left(app, sent.results));
  }

  app.stream.addEventListener("delivery", restfully(400, refresh), { signal });
  keepUp(app, signal, refresh);
  return refresh;
}

function registration(app, changed) {
  const url = element("input", { id: "hook-url", placeholder: "URL of your receiver", autocomplete: "off" });
  const secret = element("input", { id: "hook-secret", value: SECRET, autocomplete: "off" });
  const register = async (address) => {
    const body = { url: address, events: EVENTS, secret: secret.value || SECRET };
    await app.client.post("../v1/webhooks", body);
    app.toasts.done(`${address} is notified of every event from now on.`);
    await changed();
  };
  return form(
    () => register(url.value.trim()),
    label("hook-url", "URL"),
    url,
    label("hook-secret", "Secret"),
    secret,
    element("button", { type: "submit", class: "primary" }, "Register"),
    button("Use the built-in receiver", () => register(receiver())),
  );
}

function sending(app, changed) {
  const event = element(
    "select",
    { "aria-label": "Event" },
    EVENTS.map((name) => element("option", { value: name }, name)),
  );
  const trigger = async () => {
    const { webhooks } = await app.client.post("webhooks/trigger", { event: event.value });
    app.toasts.done(`Sent to ${webhooks.length}.`);
    await changed();
  };
  const redeliver = async () => {
    const { redelivered } = await app.client.post("deliveries/redeliver");
    app.toasts.done(`${redelivered} sent again.`);
  };
  return [event, button("Trigger", trigger), button("Redeliver failed", redeliver)];
}

function endpointTable(hooks) {
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
  );
}

function left(app, sent) {
  return listing(
    "Deliveries, newest first",
    ["At", "Event", "To", "Outcome", "Attempts", "Response", ""],
    sent.map((one) => [
      whole(hour(one.created_at)),
      one.event,
      element("span", { class: "mono address" }, one.url),
      [
        element("span", { class: `code ${OUTCOMES[one.outcome] ?? ""}` }, one.outcome),
        one.reason && element("div", { class: "hint" }, one.reason),
      ],
      one.attempts,
      one.status ?? one.error ?? "–",
      button("Details", () => look(app, one.number), { "aria-label": `Details of delivery ${one.number}` }),
    ]),
    "No deliveries yet.",
  );
}

/** The address at which this server takes any delivery, for who has no receiver yet. */
function receiver() {
  return `${location.protocol}//127.0.0.1:${location.port || 80}/_mock/receiver`;
}

async function look(app, number) {
  const one = await app.client.get(`deliveries/${number}`);
  const signature = one.tries
    .flatMap((attempt) => attempt.request_headers)
    .find(([name]) => name.toLowerCase() === "x-statuspool-signature")?.[1];
  const again = async () => {
    await app.client.post(`deliveries/${number}/redeliver`);
    dialog.close();
    app.toasts.done("Redelivered.");
  };
  const dialog = openDialog({
    title: `${one.event} to ${one.url}`,
    wide: true,
    content: [
      element("p", { class: "hint" }, `Message ${one.message_id}, ${one.outcome}${one.reason ? `: ${one.reason}` : ""}`),
      element("h3", {}, "Payload"),
      new JsonView(JSON.parse(one.body), "Payload"),
      signature && element("h3", {}, "Signature"),
      signature && verbatim("Signature", signature),
      element("h3", {}, "Attempts"),
      one.tries.length
        ? one.tries.map((attempt, index) => tried(attempt, index + 1))
        : element("p", { class: "hint" }, "None yet."),
    ],
    actions: [
      button("Redeliver", again, { class: "primary", icon: "restore" }),
      copyButton(app, "Copy payload", () => one.body),
    ],
  });
}

function tried({ at, status, error, milliseconds, request_headers: sent, response_headers: came, response_body: body }, n) {
  const lines = [
    `${full(at)}, ${milliseconds.toFixed(1)} ms: ${status ?? error}`,
    ...sent.map(([name, value]) => `> ${name}: ${value}`),
    ...came.map(([name, value]) => `< ${name}: ${value}`),
    ...(body ? ["", body] : []),
  ];
  return verbatim(`Attempt ${n}`, lines.join("\n"));
}
