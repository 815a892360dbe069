/** The world's clock, always in view, with what moves it. */

import { button, element } from "../element.js";
import { day, hour } from "../moments.js";

const FAST = 60;

export class WorldClock extends HTMLElement {
  constructor(app) {
    super();
    this._app = app;
  }

  connectedCallback() {
    const { clock } = this._app;
    this._day = element("span", { class: "day" });
    this._hour = element("span", { class: "hour" });
    this._state = element("span", { class: "state" });
    this._modes = [
      ["Freeze", "freeze", { mode: "frozen" }, () => clock.rate === 0],
      ["Live", "live", { mode: "live" }, () => clock.rate === 1],
      [`${FAST} times as fast`, "fast", { rate: FAST }, () => clock.rate === FAST],
    ].map(([label, icon, change, isOn]) => ({
      button: button("", () => clock.set(change), { icon, label }),
      isOn,
    }));
    this.append(
      element("time", { class: "face", "aria-label": "World time" }, this._day, this._hour, this._state),
      element(
        "div",
        { class: "segments", role: "group", "aria-label": "Clock" },
        this._modes.map((mode) => mode.button),
      ),
      button("Next event", () => this._app.moveToNext(), { icon: "next", label: "Next event", class: "next" }),
    );
    clock.addEventListener("change", () => this._show());
    this._show();
    setInterval(() => this._tick(), 250);
  }

  _show() {
    const { rate } = this._app.clock;
    for (const mode of this._modes) mode.button.setAttribute("aria-pressed", String(mode.isOn()));
    const pace = rate === 0 ? "frozen" : rate === 1 ? "live" : `×${rate}`;
    this._state.textContent = this._app.clock.isMoving ? "moving …" : pace;
    this.dataset.mode = this._app.clock.mode;
    this._tick();
  }

  _tick() {
    const now = this._app.clock.now();
    if (!now) return;
    this._day.textContent = day(now);
    this._hour.textContent = hour(now);
  }
}

customElements.define("world-clock", WorldClock);
