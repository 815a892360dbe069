/** Short words on what was done or refused. They are read out, and go by themselves. */

import { button, element } from "./element.js";

const STAYS_MS = { done: 4000, trouble: 12000 };

export class Toasts {
  constructor() {
    this.place = element("div", { class: "toasts", role: "status", "aria-live": "polite", popover: "manual" });
  }

  /** Say what was done. */
  done(text) {
    this._show(text, "done");
  }

  /** Remove what was said about another view. */
  clear() {
    this.place.replaceChildren();
  }

  /** Say what went wrong, as the server or the browser puts it. */
  trouble(text) {
    this._show(text, "trouble");
  }

  _show(text, kind) {
    if ([...this.place.children].some((toast) => toast.firstChild.textContent === text)) return;
    const toast = element("div", { class: `toast ${kind}` }, element("p", {}, text));
    const leave = () => toast.remove();
    toast.append(button("", leave, { icon: "close", label: "Dismiss", class: "quiet" }));
    this.place.append(toast);
    if (this.place.matches(":popover-open")) this.place.hidePopover();
    this.place.showPopover(); // above a dialog, which is above everything else
    while (this.place.children.length > 4) this.place.firstChild.remove();
    setTimeout(leave, STAYS_MS[kind]);
  }
}
