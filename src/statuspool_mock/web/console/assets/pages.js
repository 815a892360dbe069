/** A long list, fetched page by page as its rows come into sight. */

import { released } from "./refresh.js";

const PAGE = 40;

/** `fetch(page, limit)` resolves to `{results, total}`. Dispatches `change` when there is something new. */
export class Pages extends EventTarget {
  constructor(fetch) {
    super();
    this._fetch = fetch;
    this._pages = new Map();
    this._asked = new Map();
    this._wanted = { first: 0, end: PAGE };
    this.total = 0;
    this.answer = null;
  }

  /** Return the item at an index, undefined where it is not there yet. */
  at(index) {
    return this._pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Say which items are in sight. */
  want(first, end) {
    this._wanted = { first, end };
    for (const page of this._inSight()) if (!this._asked.has(page)) this._ask(page);
  }

  /** Ask anew for what is in sight, and for the rest when it is seen. */
  refresh() {
    const inSight = this._inSight();
    for (const page of this._asked.keys()) if (!inSight.includes(page)) this._asked.delete(page);
    return Promise.all(inSight.map((page) => this._ask(page)));
  }

  /** Forget everything and begin again, as after another filter. */
  clear() {
    this._pages.clear();
    this._asked.clear();
    this._wanted = { first: 0, end: PAGE };
    this._ask(0);
  }

  _inSight() {
    const { first, end } = this._wanted;
    const last = Math.floor(Math.max(first, end - 1) / PAGE);
    return Array.from(
      { length: last - Math.floor(first / PAGE) + 1 },
      (_, n) => Math.floor(first / PAGE) + n,
    );
  }

  async _ask(page) {
    const ask = {};
    this._asked.set(page, ask);
    try {
      const answer = await this._fetch(page + 1, PAGE);
      await released();
      if (this._asked.get(page) !== ask) return; // asked anew meanwhile
      this._pages.set(page, answer.results);
      this.total = answer.total;
      this.answer = answer;
      this.dispatchEvent(new Event("change"));
    } catch (error) {
      if (this._asked.get(page) === ask) this._asked.delete(page);
      throw error;
    }
  }
}
