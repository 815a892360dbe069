/** A list of any length that holds only the rows in sight. */

import { element } from "../element.js";

const AHEAD = 6;

/**
 * `render(index)` returns a row's element; `rowHeight` is that of every row, in pixels. Dispatches
 * `range` with `{first, end}` whenever other rows come into sight, so that their data can be asked for.
 */
export class VirtualList extends HTMLElement {
  constructor({ render, rowHeight, label }) {
    super();
    this._render = render;
    this._rowHeight = rowHeight;
    this._label = label;
    this._count = 0;
    this._rows = new Map();
    this._sheet = element("div", { class: "sheet", role: "presentation" });
  }

  connectedCallback() {
    this.setAttribute("role", "table");
    this.setAttribute("aria-label", this._label);
    this.tabIndex = 0;
    this.append(this._sheet);
    this.addEventListener("scroll", () => this._schedule(), { passive: true });
    this.addEventListener("keydown", (event) => this._move(event));
    this._watch = new ResizeObserver(() => this.refresh());
    this._watch.observe(this);
  }

  disconnectedCallback() {
    this._watch.disconnect();
  }

  /** How many rows there are. */
  set count(count) {
    this._count = count;
    this.setAttribute("aria-rowcount", count);
    this.refresh();
  }

  /** The rows in sight, and a few beyond. */
  get range() {
    const height = this._rowHeight();
    const first = Math.max(0, Math.floor(this.scrollTop / height) - AHEAD);
    const end = Math.min(this._count, Math.ceil((this.scrollTop + this.clientHeight) / height) + AHEAD);
    return { first, end };
  }

  /** Render every row in sight anew, but keep the focus where it is. */
  refresh() {
    const focused = this._focused();
    const height = `${this._count * this._rowHeight()}px`;
    this._sheet.style.setProperty("height", height);
    this.style.setProperty("--whole-height", height);
    this.parentElement?.style.setProperty("--scrollbar", `${this.offsetWidth - this.clientWidth - this.clientLeft * 2}px`);
    for (const row of this._rows.values()) row.remove();
    this._rows.clear();
    this._fill();
    if (focused) this._focus(focused.index, focused.nth);
  }

  _schedule() {
    if (this._scheduled) return;
    this._scheduled = requestAnimationFrame(() => {
      this._scheduled = null;
      this._fill();
    });
  }

  _fill() {
    const { first, end } = this.range;
    for (const [index, row] of this._rows) {
      if (index < first || index >= end) {
        row.remove();
        this._rows.delete(index);
      }
    }
    for (let index = first; index < end; index++) if (!this._rows.has(index)) this._place(index);
    this.dispatchEvent(new CustomEvent("range", { detail: { first, end } }));
  }

  _place(index) {
    const row = this._render(index);
    row.style.setProperty("transform", `translateY(${index * this._rowHeight()}px)`);
    row.setAttribute("role", "row");
    row.setAttribute("aria-rowindex", index + 1);
    row.dataset.index = index;
    const after = this._rows.get(index + 1);
    if (after) after.before(row);
    else this._sheet.append(row);
    this._rows.set(index, row);
  }

  /** Arrow keys move from row to row, to the same control. */
  _move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const focused = this._focused();
    if (!step || !focused) return;
    event.preventDefault();
    const index = Math.min(this._count - 1, Math.max(0, focused.index + step));
    const top = index * this._rowHeight();
    if (top < this.scrollTop) this.scrollTop = top;
    const bottom = top + this._rowHeight() - this.clientHeight;
    if (bottom > this.scrollTop) this.scrollTop = bottom;
    this._fill();
    this._focus(index, focused.nth);
  }

  _focused() {
    const row = document.activeElement?.closest?.("[aria-rowindex]");
    if (!row || !this.contains(row)) return null;
    return { index: Number(row.dataset.index), nth: controls(row).indexOf(document.activeElement) };
  }

  _focus(index, nth) {
    const row = this._rows.get(index);
    if (row) (controls(row)[nth] ?? controls(row)[0])?.focus({ preventScroll: true });
  }
}

function controls(row) {
  return [...row.querySelectorAll("a, button")];
}

customElements.define("virtual-list", VirtualList);
