/** A small line of response times; checks in which a region failed are marked. */

import { drawn } from "../element.js";

const WIDTH = 120;
const HEIGHT = 28;

export class SparkLine extends HTMLElement {
  /** `points` are pairs of milliseconds and failed regions, oldest first. */
  constructor(points, label) {
    super();
    this._points = points;
    this._label = label;
  }

  connectedCallback() {
    const points = this._points;
    const most = Math.max(1, ...points.map(([time]) => time));
    const x = (index) => (points.length < 2 ? WIDTH : (index * WIDTH) / (points.length - 1));
    const y = (time) => HEIGHT - 2 - (time / most) * (HEIGHT - 6);
    const line = points.map(([time], index) => `${x(index).toFixed(1)} ${y(time).toFixed(1)}`).join("L");
    const marks = points
      .map(([, failed], index) => (failed > 0 ? `M${(x(index) - 1.5).toFixed(1)} ${HEIGHT}v-4h3v4z` : ""))
      .join("");
    this.replaceChildren(
      drawn(
        "svg",
        {
          viewBox: `-2 0 ${WIDTH + 4} ${HEIGHT}`,
          preserveAspectRatio: "none",
          role: "img",
          "aria-label": this._label,
        },
        points.length > 1 && drawn("path", { class: "area", d: `M0 ${HEIGHT}L${line}L${WIDTH} ${HEIGHT}Z` }),
        points.length > 0 && drawn("path", { class: "line", d: `M${line}` }),
        drawn("path", { class: "failed", d: marks }),
      ),
    );
  }
}

customElements.define("spark-line", SparkLine);
