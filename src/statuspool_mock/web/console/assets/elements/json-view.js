/** JSON as it came, indented and coloured. It is text throughout: nothing in it becomes markup. */

import { element } from "../element.js";
import { verbatim } from "./card.js";

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;
const MOST_COLOURED = 60_000;

export class JsonView extends HTMLElement {
  /** `value` is what JSON.parse gave; text that is no JSON may be given as it is. */
  constructor(value, label = "JSON") {
    super();
    this._text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    this._label = label;
  }

  connectedCallback() {
    const isLong = this._text.length > MOST_COLOURED;
    const pre = verbatim(this._label, isLong ? this._text : "");
    if (!isLong) this._colour(pre);
    this.replaceChildren(pre);
  }

  _colour(pre) {
    let end = 0;
    for (const match of this._text.matchAll(TOKEN)) {
      const [whole, string, colon, word] = match;
      const kind = colon !== undefined ? "key" : string !== undefined ? "string" : word ? "word" : "figure";
      const shown = string ?? whole;
      pre.append(this._text.slice(end, match.index), element("span", { class: kind }, shown));
      end = match.index + shown.length;
    }
    pre.append(this._text.slice(end));
  }
}

customElements.define("json-view", JsonView);
