/** The faults of the world: switches that add the usual ones, and a list of all that are active. */

import { button, element } from "../element.js";
import { card, choice, line, listing, named, whole } from "../elements/card.js";
import { DurationField } from "../elements/duration-field.js";
import { toggle } from "../elements/switch.js";
import { full } from "../moments.js";
import { renew } from "../refresh.js";
import { editFault, operationNames } from "./fault.js";

const SLOW_MS = 2000;
const RETRY_SECONDS = 5;
const EVERYWHERE = [["", "every operation"]];
const CHANCES = [
  [1, "always"],
  [0.5, "one in two"],
  [0.1, "one in ten"],
  [0.01, "one in a hundred"],
];

export class Faults {
  constructor(app, changed) {
    this._app = app;
    this._client = app.client;
    this._changed = changed;
    this._switches = element("div", { class: "switches" });
    this._active = element("div");
    this._operation = choice({ id: "break-operation", on: { input: changed } }, EVERYWHERE);
    this._chance = choice({ id: "break-chance" }, CHANCES);
    this._lasts = new DurationField({ id: "break-for", placeholder: "until removed" });
    this._slow = amount("break-slow", SLOW_MS, 60_000, changed);
    this._retry = amount("break-retry", RETRY_SECONDS, 86_400, changed);
  }

  controls() {
    const options = line(
      named("break-operation", "Operation", this._operation),
      named("break-chance", "How often", this._chance),
      named("break-for", "Duration", this._lasts),
      named("break-slow", "Delay in ms", this._slow),
      named("break-retry", "Retry-After in s", this._retry),
    );
    this._offerOperations();
    const add = button("Add another fault", () => editFault(this._app, {}, this._changed));
    return card("Faults", { wide: true, controls: [add] }, options, this._switches);
  }

  inForce() {
    return card("Active faults", { wide: true, controls: [button("Remove all", () => this._remove())] }, this._active);
  }

  /** Show the faults that there are; `more` switches stand behind those of the faults. */
  async show(faults, ...more) {
    await renew(this._switches, ...this._usual().map((one) => this._switch(one, faults)), ...more);
    await renew(this._active, this._listed(faults));
  }

  async _offerOperations() {
    const names = await operationNames(this._app);
    this._operation.append(...names.map((name) => element("option", { value: name }, name)));
  }

  /** Return each usual fault: its name, what it does, and a function that makes it of what the fields say now. */
  _usual() {
    const slow = () => Number(this._slow.value) || SLOW_MS;
    const retry = () => Number(this._retry.value) || RETRY_SECONDS;
    return [
      ["Slow", `Responses take ${slow()} ms longer`, () => ({ latency: { fixed_ms: slow() } })],
      ["500", "The server fails", () => ({ status: 500 })],
      ["429", `The rate limit is used up; Retry-After is ${retry()} s`, () => ({ status: 429, retry_after: retry() })],
      ["401", "The key is rejected", () => ({ status: 401 })],
      ["Reset", "The connection is reset before a response", () => ({ breakage: "reset" })],
      ["Cut off", "The response ends in the middle", () => ({ breakage: "truncated" })],
      ["Webhooks lost", "Deliveries are never sent", () => ({ mishap: "lost" })],
    ];
  }

  _switch([name, about, make], faults) {
    const found = () => faults.filter((one) => isSame(one, make(), this._operation.value));
    return toggle(name, about, found().length > 0, async () => {
      // The fields may have changed since the switch was drawn.
      const present = found();
      if (present.length) await Promise.all(present.map((one) => this._client.delete(`faults/${one.id}`)));
      else await this._add(make());
      await this._changed();
    });
  }

  _listed(faults) {
    return listing(
      "Active faults",
      ["Effect", "Requests", "Probability", "Matched", "Injected", "Ends", ""],
      faults.map((one) => [
        what(one),
        [one.operation, one.method, one.role, one.monitor_id].filter(Boolean).join(", ") || "everywhere",
        whole(`${Math.round(one.probability * 1000) / 10} %`),
        one.asked,
        one.injected,
        whole(one.ends_at ? full(one.ends_at) : one.times ? `after ${one.times}` : "–"),
        [
          button("Edit", () => editFault(this._app, one, this._changed), { "aria-label": `Edit: ${what(one)}` }),
          button("Remove", () => this._remove(one.id), { "aria-label": `Remove: ${what(one)}` }),
        ],
      ]),
      "No faults are active.",
      { stacks: true },
    );
  }

  async _add(fault) {
    const ttl = this._lasts.value;
    if (ttl === undefined) return;
    const operation = fault.mishap ? "" : this._operation.value;
    const probability = Number(this._chance.value);
    await this._client.post("faults", { ...fault, probability, ...(operation && { operation }), ...(ttl && { ttl }) });
  }

  async _remove(id = null) {
    await this._client.delete(id ? `faults/${id}` : "faults");
    await this._changed();
  }
}

function amount(id, value, max, changed) {
  return element("input", { id, type: "number", value, min: 1, max, on: { change: changed } });
}

/** Return whether a fault is the one of a switch, whatever its figures are. */
function isSame(one, { latency, status, breakage, mishap }, operation) {
  if (one.method || one.role || one.monitor_id) return false;
  if ((one.mishap ?? null) !== (mishap ?? null)) return false;
  if (mishap) return true;
  if ((one.operation ?? "") !== operation) return false;
  if ((one.status ?? null) !== (status ?? null) || (one.breakage ?? null) !== (breakage ?? null)) return false;
  return Boolean(one.latency) === Boolean(latency);
}

function what({ status, latency, breakage, mishap }) {
  const slow = latency && `slower${latency.fixed_ms ? ` by ${latency.fixed_ms} ms` : ""}`;
  return [status && `status ${status}`, slow, breakage, mishap && `webhooks ${mishap}`].filter(Boolean).join(", ");
}
