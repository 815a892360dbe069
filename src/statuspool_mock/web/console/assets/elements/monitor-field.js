/** A field for one monitor, which offers those whose names contain what was typed. Empty means any. */

import { element } from "../element.js";

const MOST_OFFERED = 20;

export class MonitorField {
  /** `changed` is called when another monitor is chosen, or none. */
  constructor(app, { id, changed = () => {} }) {
    this._app = app;
    this._changed = changed;
    this._found = [];
    this._list = element("datalist", { id: `${id}-found` });
    this._field = element("input", {
      id,
      type: "search",
      list: this._list.id,
      "aria-label": "Monitor",
      placeholder: "Any monitor",
      autocomplete: "off",
      maxlength: 200,
      size: 16,
    });
    this._field.addEventListener("input", () => this._typed());
    this._field.addEventListener("focus", () => this._offer());
    this.parts = [this._field, this._list];
    /** The id of the monitor, an empty text for any, null where no monitor has that name. */
    this.value = "";
  }

  /** Return whether a monitor is chosen or none; if not, say so in the field. */
  isValid() {
    return this.value !== null || this._field.reportValidity();
  }

  async _typed() {
    await this._offer();
    const text = this._field.value.trim();
    const named = this._found.find((one) => one.name === text || one.id === text.toLowerCase());
    const chosen = named ?? (this._found.length === 1 ? this._found[0] : null);
    const value = text ? (chosen?.id ?? null) : "";
    this._field.setCustomValidity(value === null ? "Choose one of the monitors that are offered" : "");
    if (value === this.value) return;
    this.value = value;
    this._changed();
  }

  async _offer() {
    const search = this._field.value.trim();
    const { results } = await this._app.client.get("board", { query: { search, limit: MOST_OFFERED } });
    if (search !== this._field.value.trim()) return; // another search is under way
    this._found = results;
    this._list.replaceChildren(...results.map(({ name }) => element("option", { value: name })));
  }
}
