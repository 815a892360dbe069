/** Response times by region over time; when the monitor was in trouble, the ground is coloured. */

import { drawn, element } from "../element.js";
import { full, roundInstants } from "../moments.js";

const HEIGHT = 220;
const LEFT = 46;
const BOTTOM = 22;
const TOP = 8;
const SERIES = 6;

export class ResponseChart extends HTMLElement {
  connectedCallback() {
    this.tabIndex = 0;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Response times. Arrow keys move from check to check.");
    this._watch = new ResizeObserver(() => this._draw());
    this._watch.observe(this);
    this.addEventListener("pointermove", (event) => this._point(event));
    this.addEventListener("pointerleave", () => this._look(null));
    this.addEventListener("keydown", (event) => this._step(event));
    this.addEventListener("blur", () => this._look(null));
  }

  disconnectedCallback() {
    this._watch.disconnect();
  }

  /** What `GET /monitors/{id}/history` answered. */
  set history(history) {
    this._history = history;
    this._at = history.at.map(Date.parse);
    this._index = null;
    this._draw();
  }

  _draw() {
    if (!this._history || !this.clientWidth) return;
    const { from, to, response_time_ms: series, troubles } = this._history;
    this._width = this.clientWidth;
    this._from = Date.parse(from);
    this._to = Math.max(Date.parse(to), this._from + 1000);
    const figures = Object.values(series)
      .flat()
      .filter((figure) => figure !== null);
    this._most = ceilingOf(Math.max(100, ...figures));
    this._cross = drawn("line", { class: "cross", y1: TOP, y2: HEIGHT - BOTTOM, visibility: "hidden" });
    const box = {
      viewBox: `0 0 ${this._width} ${HEIGHT}`,
      width: this._width,
      height: HEIGHT,
      "aria-hidden": "true",
    };
    const names = Object.keys(series);
    this.replaceChildren(
      drawn(
        "svg",
        box,
        troubles.map((trouble) => this._band(trouble)),
        this._axes(),
        names.map((name, index) =>
          drawn("path", { class: `series-${index % SERIES}`, d: this._line(series[name]) }),
        ),
        this._cross,
      ),
      this._legend(names),
    );
    this._look(this._index);
  }

  _x(at) {
    return LEFT + ((at - this._from) / (this._to - this._from)) * (this._width - LEFT - 4);
  }

  _y(figure) {
    return TOP + (1 - figure / this._most) * (HEIGHT - TOP - BOTTOM);
  }

  _line(figures) {
    let path = "";
    let pen = "M";
    figures.forEach((figure, index) => {
      if (figure !== null)
        path += `${pen}${this._x(this._at[index]).toFixed(1)} ${this._y(figure).toFixed(1)}`;
      pen = figure === null ? "M" : "L";
    });
    return path;
  }

  _band({ status, from, to }) {
    const start = this._x(Math.max(Date.parse(from), this._from));
    const end = to === null ? this._width - 4 : this._x(Math.min(Date.parse(to), this._to));
    const size = { x: start, width: Math.max(1.5, end - start), y: TOP, height: HEIGHT - TOP - BOTTOM };
    return drawn("rect", { class: `trouble ${status}`, ...size });
  }

  _axes() {
    const rules = [0, 0.5, 1].map((share) => {
      const y = this._y(share * this._most);
      return [
        drawn("line", { x1: LEFT, x2: this._width - 4, y1: y, y2: y }),
        drawn("text", { x: LEFT - 8, y: y + 4, "text-anchor": "end" }, `${Math.round(share * this._most)}`),
      ];
    });
    const marks = roundInstants(this._from, this._to, Math.max(2, this._width / 90)).map(({ at, word }) =>
      drawn("text", { x: this._x(at), y: HEIGHT - 4, "text-anchor": "middle" }, word),
    );
    return drawn(
      "g",
      { class: "axis" },
      rules,
      marks,
      drawn("text", { x: LEFT - 8, y: HEIGHT - 4, "text-anchor": "end" }, "ms"),
    );
  }

  _legend(names) {
    this._time = element("span", { class: "number" });
    this._figures = names.map(() => element("span", { class: "number" }));
    return element(
      "div",
      { class: "legend", "aria-live": "polite" },
      names.map((name, index) =>
        element("span", {}, element("i", { class: `series-${index % SERIES}` }), name, this._figures[index]),
      ),
      this._time,
    );
  }

  _point({ offsetX }) {
    if (!this._at?.length) return;
    const distances = this._at.map((at) => Math.abs(this._x(at) - offsetX));
    this._look(distances.indexOf(Math.min(...distances)));
  }

  _step(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !this._at?.length) return;
    event.preventDefault();
    const from = this._index ?? this._at.length;
    this._look(Math.min(this._at.length - 1, Math.max(0, from + step)));
  }

  /** Show the figures of one check, or the newest where none is looked at. */
  _look(index) {
    this._index = index;
    if (!this._history || !this._figures) return;
    const series = Object.values(this._history.response_time_ms);
    const shown = index ?? this._at.length - 1;
    this._cross.setAttribute("visibility", index === null ? "hidden" : "visible");
    if (shown < 0) return;
    const x = this._x(this._at[shown]);
    this._cross.setAttribute("x1", x);
    this._cross.setAttribute("x2", x);
    series.forEach(
      (figures, number) =>
        (this._figures[number].textContent = figures[shown] === null ? "–" : `${figures[shown]} ms`),
    );
    this._time.textContent = full(this._at[shown]);
  }
}

/** Return a round number that is not less. */
function ceilingOf(figure) {
  const power = 10 ** Math.floor(Math.log10(figure));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((times) => times * power).find((round) => round >= figure);
}

customElements.define("response-chart", ResponseChart);
