/** One fault as a form: which requests it affects, what it does to them, how often and for how long. */

import { openDialog } from "../dialog.js";
import { button, element } from "../element.js";
import { choice, label } from "../elements/card.js";
import { DurationField } from "../elements/duration-field.js";

export const FAULT_STATUSES = [401, 403, 404, 429, 500];
const BREAKAGES = ["reset", "empty", "truncated", "stalled"];
const MISHAPS = ["lost", "twice", "out-of-order"];
const DELIVERY = "deliverWebhook";

/** Ask for a fault, beginning with this one, and add it. One with an `id` is replaced. */
export async function editFault(app, fault = {}, changed = () => {}) {
  const operations = await operationNames(app);
  const fields = new Fields(fault, operations, app.clock.now());
  const apply = async () => {
    const wanted = fields.value();
    if (wanted === null) return;
    await app.client.post("faults", wanted);
    if (fault.id) await app.client.delete(`faults/${fault.id}`);
    dialog.close();
    app.toasts.done(fault.id ? "The fault is changed." : "The fault is active.");
    await changed();
  };
  const dialog = openDialog({
    title: fault.id ? "Edit a fault" : "Add a fault",
    content: fields.parts,
    actions: [
      button(fault.id ? "Apply" : "Add", apply, { class: "primary" }),
      button("Cancel", () => dialog.close()),
    ],
  });
}

/** Return the names of the API's operations. */
export async function operationNames(app) {
  const { cells } = await app.client.get("coverage");
  return [...new Set(cells.map((cell) => cell.operation))];
}

class Fields {
  constructor(fault, operations, now) {
    this._fault = fault;
    const named = (values) => values.map((value) => [value, value]);
    const latency = fault.latency?.fixed_ms ?? "";
    const percent = Math.round((fault.probability ?? 1) * 100_000) / 1000;
    this._operation = choice({ id: "fault-operation" }, [
      ["", "Every operation"],
      ...named(operations),
      [DELIVERY, `${DELIVERY} (webhooks)`],
    ]);
    this._status = choice({ id: "fault-status" }, [["", "Unchanged"], ...named(FAULT_STATUSES)]);
    this._retry = figure("fault-retry", fault.retry_after ?? "", 1, 86_400);
    this._latency = figure("fault-latency", latency, 0, 60_000);
    this._breakage = choice({ id: "fault-breakage" }, [["", "None"], ...named(BREAKAGES)]);
    this._mishap = choice({ id: "fault-mishap" }, named(MISHAPS));
    this._chance = figure("fault-chance", percent, 0, 100);
    this._times = figure("fault-times", fault.times ?? "", 1, 1_000_000);
    const left = fault.ends_at ? `${Math.max(1, Math.ceil((Date.parse(fault.ends_at) - now) / 1000))}s` : "";
    this._lasts = new DurationField({ id: "fault-for", value: left, placeholder: "until removed" });
    this._operation.value = fault.operation ?? (fault.mishap ? DELIVERY : "");
    this._status.value = fault.status ?? "";
    this._breakage.value = fault.breakage ?? "";
    this._mishap.value = fault.mishap ?? "lost";
    this._complaint = element("p", { class: "complaint", role: "alert", hidden: true });
    const ofResponses = element(
      "div",
      { class: "pairs" },
      pair("Status", this._status),
      this._retryPair = pair("Retry-After, in seconds", this._retry),
      pair("Delay, in milliseconds", this._latency),
      pair("Breakage", this._breakage),
    );
    const ofDeliveries = element("div", { class: "pairs" }, pair("Deliveries are", this._mishap));
    const show = () => {
      ofResponses.hidden = this._isOfDeliveries;
      ofDeliveries.hidden = !this._isOfDeliveries;
      this._retryPair.hidden = this._status.value !== "429";
    };
    for (const field of [this._operation, this._status]) field.addEventListener("input", show);
    show();
    this.parts = [
      element("div", { class: "pairs" }, pair("Operation", this._operation)),
      ofResponses,
      ofDeliveries,
      element(
        "div",
        { class: "pairs" },
        pair("Probability, in percent", this._chance),
        pair("Times at most", this._times),
        pair("Duration", this._lasts, "fault-for"),
      ),
      this._complaint,
    ];
  }

  get _isOfDeliveries() {
    return this._operation.value === DELIVERY;
  }

  /** Return the fault that the fields describe, or null if they describe none, which is then said. */
  value() {
    const ttl = this._lasts.value;
    if (ttl === undefined) return null;
    const effect = this._isOfDeliveries ? { mishap: this._mishap.value } : this._effect();
    const hasEffect = Object.keys(effect).length > 0;
    this._complaint.hidden = hasEffect;
    this._complaint.textContent = hasEffect ? "" : "Choose a status, a delay or a breakage.";
    if (!hasEffect) return null;
    const { method, monitor_id, role, seed } = this._fault;
    const kept = Object.entries({ method, monitor_id, role, seed }).filter(([, value]) => value !== undefined);
    return {
      ...Object.fromEntries(kept),
      ...effect,
      ...(this._operation.value && { operation: this._operation.value }),
      probability: Number(this._chance.value || 100) / 100,
      ...(this._times.value && { times: Number(this._times.value) }),
      ...(ttl && { ttl }),
    };
  }

  _effect() {
    const status = Number(this._status.value);
    const isLimit = status === 429 && this._retry.value;
    const delay = this._latency.value;
    const varies = this._fault.latency && this._fault.latency.fixed_ms === undefined;
    return {
      ...(status && { status }),
      ...(isLimit && { retry_after: Number(this._retry.value) }),
      ...(delay ? { latency: { fixed_ms: Number(delay) } } : varies && { latency: this._fault.latency }),
      ...(this._breakage.value && { breakage: this._breakage.value }),
    };
  }
}

function figure(id, value, min, max) {
  return element("input", { id, type: "number", value, min, max, step: "any", autocomplete: "off" });
}

function pair(word, field, id = field.id) {
  return element("div", { class: "fields" }, label(id, word), field);
}
