/** Deliveries: what was sent, about which monitor, and what came of it. */

import { copyButton } from "../clipboard.js";
import { openDialog } from "../dialog.js";
import { button, element } from "../element.js";
import { listing, verbatim, whole } from "../elements/card.js";
import { JsonView } from "../elements/json-view.js";
import { full, hour } from "../moments.js";
import { address } from "../router.js";

const OUTCOMES = { delivered: "good", failed: "failed", withheld: "refused", lost: "refused" };

/** Return deliveries as a table. */
export function deliveryTable(app, sent, names, isFiltered) {
  return listing(
    "Deliveries, newest first",
    ["At", "Event", "To", "Outcome", "Attempts", "Response", ""],
    sent.map((one) => [
      whole(hour(one.created_at)),
      [
        element("div", {}, one.event),
        element("a", { href: address("world", [one.monitor_id]) }, names.of(one.monitor_id)),
      ],
      element("span", { class: "mono address" }, one.url),
      [
        element("span", { class: `code ${OUTCOMES[one.outcome] ?? ""}` }, one.outcome),
        one.reason && element("div", { class: "hint" }, one.reason),
      ],
      one.attempts,
      one.status ?? one.error ?? "–",
      button("Details", () => look(app, one.number), { "aria-label": `Details of delivery ${one.number}` }),
    ]),
    isFiltered ? "No deliveries match." : "No deliveries yet.",
    { stacks: true },
  );
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
