/** A field for a duration, with the usual ones at hand: `10m`, `2h30m`. Empty means without end. */

import { element } from "../element.js";

const DURATION = /^(?=.)(\d+d)?(\d+h)?(\d+m)?(\d+s)?$/;

export class DurationField extends HTMLElement {
  constructor({ id, value = "", usual = ["1m", "10m", "1h", "6h", "1d"], placeholder = "" }) {
    super();
    const list = element(
      "datalist",
      { id: `${id}-usual` },
      usual.map((one) => element("option", { value: one })),
    );
    this.field = element("input", { id, value, list: list.id, placeholder, autocomplete: "off", size: 8 });
    this.field.addEventListener("input", () => this._judge());
    this._list = list;
  }

  connectedCallback() {
    this.replaceChildren(this.field, this._list);
  }

  /** What was entered, null where nothing was. Complains in the field and returns undefined where it is no duration. */
  get value() {
    this._judge();
    if (!this.field.reportValidity()) return undefined;
    return this.field.value.trim() || null;
  }

  _judge() {
    const text = this.field.value.trim();
    this.field.setCustomValidity(
      !text || DURATION.test(text) ? "" : "A duration such as 90s, 10m, 2h30m or 1d",
    );
  }
}

customElements.define("duration-field", DurationField);
