/** Thirty days as a status page shows them: one bar a day, the darker the worse. */

import { drawn } from "../element.js";

const STEP = 6;
const HEIGHT = 24;

export class UptimeBar extends HTMLElement {
  /** `days` are percentages, today last, null without checks; `uptime` is that of all of them. */
  constructor(days, uptime) {
    super();
    this._days = days;
    this._uptime = uptime;
  }

  connectedCallback() {
    const days = this._days;
    const bad = days.filter((day) => day !== null && day < 100).length;
    const label = `Uptime ${this._uptime} % in ${days.length} days, ${bad} of them with failures`;
    this.replaceChildren(
      drawn(
        "svg",
        { viewBox: `0 0 ${days.length * STEP - 2} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
        days.map((day, index) =>
          drawn(
            "rect",
            { class: gradeOf(day), x: index * STEP, width: STEP - 2, y: 0, height: HEIGHT, rx: 1 },
            drawn("title", {}, `${agoOf(days.length - 1 - index)}: ${day === null ? "no checks" : `${day} %`}`),
          ),
        ),
      ),
    );
  }
}

/** Return how bad a day was. A day that misses the usual target of 99.9 % is no longer a good one. */
export function gradeOf(day) {
  if (day === null) return "none";
  if (day >= 99.9) return "good";
  return day >= 98 ? "fair" : "bad";
}

function agoOf(days) {
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : `${days} days ago`;
}

customElements.define("uptime-bar", UptimeBar);
