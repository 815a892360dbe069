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
    const grades = Object.groupBy(days.keys(), (index) => gradeOf(days[index]));
    const title = drawn("title");
    const svg = drawn(
      "svg",
      {
        viewBox: `0 0 ${days.length * STEP - 2} ${HEIGHT}`,
        preserveAspectRatio: "none",
        role: "img",
        "aria-label": label,
      },
      title,
      // One path for each grade: lists hold many of these bars.
      Object.entries(grades).map(([grade, indexes]) =>
        drawn("path", {
          class: grade,
          d: indexes.map((index) => `M${index * STEP} 0h${STEP - 2}v${HEIGHT}h${2 - STEP}z`).join(""),
        }),
      ),
    );
    svg.addEventListener("pointermove", ({ clientX }) => {
      const { left, width } = svg.getBoundingClientRect();
      const index = Math.min(
        days.length - 1,
        Math.max(0, Math.floor(((clientX - left) / width) * days.length)),
      );
      title.textContent = `${agoOf(days.length - 1 - index)}: ${days[index] === null ? "no checks" : `${days[index]} %`}`;
    });
    this.replaceChildren(svg);
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
