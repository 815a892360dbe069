/** Breakpoints: which requests are held, those that are, and the response that each will get. */

import { openDialog } from "../dialog.js";
import { button, element } from "../element.js";
import { card, choice, label, listing, verbatim } from "../elements/card.js";
import { DurationField } from "../elements/duration-field.js";
import { MonitorField } from "../elements/monitor-field.js";
import { inOrder, renew } from "../refresh.js";
import { operationNames } from "./fault.js";

const OF_THE_SERVER = new Set(["content-length", "x-request-id"]);

export class Breakpoints {
  constructor(app, signal, changed) {
    this._app = app;
    this._changed = changed;
    this._rules = element("div");
    this._held = element("div");
    const all = button("Release all", () => this._remove(), { "aria-label": "Release all requests" });
    this.card = card("Held requests", { wide: true, controls: [all] }, this._held, this._rules);
    this.card.hidden = true;
    this.button = button("Hold requests", () => this._ask());
    const ask = () => Promise.all(["breakpoints", "held"].map((path) => app.client.get(path, { signal })));
    /** Show the breakpoints that there are, and the requests that are held. */
    this.refresh = inOrder(ask, (found) => this._show(found));
  }

  _show([{ results: rules }, { results: held }]) {
    this.card.hidden = rules.length + held.length === 0;
    return Promise.all([
      renew(this._held, this._heldTable(held)),
      renew(this._rules, rules.length > 0 && this._ruleTable(rules)),
    ]);
  }

  /** Show how much time is left. */
  tick() {
    for (const place of this._held.querySelectorAll("[data-ends]")) place.textContent = left(place.dataset.ends);
  }

  _heldTable(held) {
    return listing(
      "Held requests",
      ["Request", "Operation", "Response", "Left", ""],
      held.map((one) => [
        element("span", { class: "mono address" }, `${one.method} ${one.path}${one.query ? `?${one.query}` : ""}`),
        one.operation,
        one.status,
        element("span", { class: "whole", data: { ends: one.ends_at } }, left(one.ends_at)),
        [
          button("Edit", () => this._edit(one.id), { "aria-label": `Edit the response of ${one.id}` }),
          button("Release", () => this._release(one.id), { "aria-label": `Release ${one.id}` }),
        ],
      ]),
      "No request is held. The next one that matches appears here.",
      { stacks: true },
    );
  }

  _ruleTable(rules) {
    return listing(
      "Breakpoints",
      ["Breakpoint", "Requests", "Each for", ""],
      rules.map((one) => [
        [one.method, one.operation, one.monitor_id].filter(Boolean).join(", ") || "Every request",
        one.times === 1 ? "the next one" : `the next ${one.times}`,
        one.hold_for,
        button("Remove", () => this._remove(one.id), { "aria-label": `Remove ${one.id}` }),
      ]),
      "",
      { stacks: true },
    );
  }

  async _remove(id = null) {
    await this._app.client.delete(id ? `breakpoints/${id}` : "breakpoints");
    await this._changed();
  }

  async _release(id, changes = {}) {
    await this._app.client.post(`held/${id}/release`, changes);
    await this._changed();
  }

  /** Ask which requests to hold, and hold them. */
  async _ask() {
    const names = await operationNames(this._app);
    const operation = choice({ id: "hold-operation" }, [
      ["", "Every operation"],
      ...names.map((name) => [name, name]),
    ]);
    const monitor = new MonitorField(this._app, { id: "hold-monitor" });
    const times = element("input", { id: "hold-times", type: "number", value: 1, min: 1, max: 1000 });
    const lasts = new DurationField({ id: "hold-for", value: "60s", usual: ["10s", "60s", "5m", "10m"] });
    const hold = async () => {
      const duration = lasts.value;
      if (duration === undefined || !monitor.isValid()) return;
      const rule = {
        ...(operation.value && { operation: operation.value }),
        ...(monitor.value && { monitor_id: monitor.value }),
        times: Number(times.value || 1),
        ...(duration && { hold_for: duration }),
      };
      await this._app.client.post("breakpoints", rule);
      dialog.close();
      await this._changed();
    };
    const field = (word, made, id = made.id) => element("div", { class: "fields" }, label(id, word), made);
    const dialog = openDialog({
      title: "Hold the next requests",
      content: [
        element("p", { class: "hint" }, "A held request has taken effect. Its response waits until you release it."),
        field("Operation", operation),
        field("Monitor", monitor.parts, "hold-monitor"),
        element("div", { class: "pairs" }, field("How many", times), field("Each for at most", lasts, "hold-for")),
      ],
      actions: [button("Hold", hold, { class: "primary" }), button("Cancel", () => dialog.close())],
    });
  }

  /** Show a held request, and let its response be edited. */
  async _edit(id) {
    const held = await this._app.client.get(`held/${id}`);
    const response = new ResponseFields(held);
    const send = async (changes) => {
      await this._release(id, changes);
      dialog.close();
    };
    const dialog = openDialog({
      title: `${held.method} ${held.path}`,
      wide: true,
      content: [
        held.request_body && element("h3", {}, "Request"),
        held.request_body && verbatim("Body of the request", held.request_body),
        response.parts,
      ],
      actions: [
        button("Send edited", () => send(response.changes()), { class: "primary" }),
        button("Send as it was", () => send({})),
        button("Cancel", () => dialog.close()),
      ],
    });
  }
}

/** The fields of a response; only what was changed in them is sent. */
class ResponseFields {
  constructor({ status, response_headers: headers, response_body: body }) {
    this._wasStatus = status;
    this._before = Object.fromEntries(headers.filter(([name]) => !OF_THE_SERVER.has(name.toLowerCase())));
    const lines = Object.entries(this._before).map(([name, value]) => `${name}: ${value}`);
    this._status = element("input", { id: "held-status", type: "number", value: status, min: 200, max: 599 });
    this._headers = element("textarea", { id: "held-headers", class: "mono", rows: Math.max(2, lines.length) });
    this._body = element("textarea", { id: "held-body", class: "mono", rows: 14, spellcheck: "false" });
    this._headers.value = lines.join("\n");
    this._body.value = this._shown = readable(body);
    this.parts = [
      element("div", { class: "fields" }, label("held-status", "Status"), this._status),
      element("div", { class: "fields" }, label("held-headers", "Headers"), this._headers),
      element("div", { class: "fields" }, label("held-body", "Body"), this._body),
    ];
  }

  changes() {
    const headers = this._changedHeaders();
    return {
      ...(Number(this._status.value) !== this._wasStatus && { status: Number(this._status.value) }),
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(this._body.value !== this._shown && { body: this._body.value }),
    };
  }

  _changedHeaders() {
    const lines = this._headers.value.split("\n").filter((line) => line.trim());
    const now = Object.fromEntries(
      lines.map((line) => {
        const [name, ...rest] = line.split(":");
        return [name.trim().toLowerCase(), rest.join(":").trim()];
      }),
    );
    const removed = Object.keys(this._before).filter((name) => !(name in now));
    const set = Object.entries(now).filter(([name, value]) => this._before[name] !== value);
    return Object.fromEntries([...removed.map((name) => [name, null]), ...set]);
  }
}

function left(ends) {
  return `${Math.max(0, Math.ceil((Date.parse(ends) - Date.now()) / 1000))} s`;
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
