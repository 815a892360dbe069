/** Short words on what was done or refused. They are read out, and go by themselves. */

import { button, element } from "./element.js";

const STAYS_MS = { done: 4000, trouble: 12000 };

export class Toasts {
  constructor() {
    this.place = element("div", { class: "toasts", role: "status", "aria-live": "polite" });
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

  /** Stand in the dialog that is open, since nothing else can be seen and pressed then. */
  _rise() {
    const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
    if (!dialog || dialog.contains(this.place)) return;
    dialog.append(this.place);
    dialog.addEventListener("close", () => document.body.append(this.place), { once: true });
  }

  _show(text, kind) {
    if ([...this.place.children].some((toast) => toast.firstChild.textContent === text)) return;
    const toast = element("div", { class: `toast ${kind}` }, element("p", {}, text));
    const leave = () => toast.remove();
    toast.append(button("", leave, { icon: "close", label: "Dismiss", class: "quiet" }));
    this._rise();
    this.place.append(toast);
    while (this.place.children.length > 4) this.place.firstChild.remove();
    setTimeout(leave, STAYS_MS[kind]);
  }
}
