/** Monitors that are selected on the board, and what can be done to all of them. */

import { button, element } from "../element.js";
import { plural } from "../words.js";
import { deleteMonitors } from "./monitor-form.js";

const ACTIONS = {
  Down: (client, { id }) => client.put(`monitors/${id}/status`, { status: "down" }),
  Degrade: (client, { id }) => client.put(`monitors/${id}/status`, { status: "degraded" }),
  Release: (client, { id }) => client.delete(`monitors/${id}/status`),
  Pause: (client, { id }) => client.post(`monitors/${id}/pause`),
  Resume: (client, { id }) => client.post(`monitors/${id}/resume`),
};

export class Selection {
  /** `redraw` is called when other monitors are selected than before. */
  constructor(app, redraw) {
    this._app = app;
    this._redraw = redraw;
    this._chosen = new Map();
    this._count = element("strong", {});
    this.bar = element(
      "div",
      { class: "selection", role: "group", "aria-label": "Selected monitors", hidden: true },
      this._count,
      Object.keys(ACTIONS).map((name) => button(name, () => this._act(name))),
      button("Delete", () => this._delete(), { class: "danger" }),
      button("Clear selection", () => this.clear(), { class: "quiet" }),
    );
  }

  /** Return the box that selects a monitor. */
  box(monitor) {
    const made = element("input", {
      type: "checkbox",
      checked: this._chosen.has(monitor.id),
      "aria-label": `Select ${monitor.name}`,
    });
    made.addEventListener("change", () => {
      if (made.checked) this._chosen.set(monitor.id, monitor);
      else this._chosen.delete(monitor.id);
      this._show();
    });
    return made;
  }

  clear() {
    this._chosen.clear();
    this._show();
    this._redraw();
  }

  _show() {
    this.bar.hidden = this._chosen.size === 0;
    this._count.textContent = `${plural(this._chosen.size, "monitor")} selected`;
  }

  async _act(name) {
    const chosen = [...this._chosen.values()];
    for (const monitor of chosen) await ACTIONS[name](this._app.client, monitor).catch(ignoreMissing);
    this._app.toasts.done(`${name}: ${plural(chosen.length, "monitor")}.`);
  }

  async _delete() {
    if (await deleteMonitors(this._app, [...this._chosen.values()])) this.clear();
  }
}

/** A monitor may have been deleted since it was selected. */
function ignoreMissing(error) {
  if (error.status !== 404) throw error;
}
