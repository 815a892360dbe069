/** Outages of the last and the next hours as bars. A press on one leads to its monitor, beside it to that time. */

import { drawn } from "../element.js";
import { hour, lasting, roundInstants } from "../moments.js";
import { address, go } from "../router.js";

const LANE = 20;
const MOST_LANES = 14;
const BINS = 120;
const SCALE = 34;
const TOP = 22;
const BOTTOM = 20;

export class TimeLine extends HTMLElement {
  connectedCallback() {
    this._watch = new ResizeObserver(() => this._draw());
    this._watch.observe(this);
    this.addEventListener("pointermove", (event) => this._hover(event));
    this.addEventListener("pointerleave", () => this._line?.setAttribute("visibility", "hidden"));
    this.addEventListener("click", (event) => this._press(event));
  }

  disconnectedCallback() {
    this._watch.disconnect();
  }

  /** What `GET /timeline` answered. Dispatches `jump` with an instant to come, in milliseconds. */
  set timeline(timeline) {
    this._timeline = timeline;
    [this._now, this._from, this._to] = [timeline.now, timeline.from, timeline.to].map(Date.parse);
    this._outages = timeline.outages.map((outage) => ({
      ...outage,
      start: Date.parse(outage.from),
      end: outage.to ? Date.parse(outage.to) : this._to,
    }));
    this._draw();
  }

  _draw() {
    if (!this._timeline || !this.clientWidth) return;
    this._width = this.clientWidth;
    const lanes = Object.values(Object.groupBy(this._outages, (outage) => outage.monitor_id));
    const isCrowd = lanes.length > MOST_LANES;
    this._left = isCrowd ? SCALE : lanes.length === 0 ? 0 : Math.min(190, this._width * 0.28);
    const body = LANE * (isCrowd ? 6 : Math.max(2, lanes.length)) + 6;
    this._bottom = TOP + body;
    const height = this._bottom + BOTTOM;
    this._line = drawn("line", { class: "hover", y1: TOP, y2: this._bottom, visibility: "hidden" });
    this._word = drawn("text", { class: "word", y: 12, "text-anchor": "middle" });
    this._nowLine = drawn("line", { class: "now", y1: TOP - 4, y2: this._bottom });
    this._nowWord = drawn("text", { class: "now-word", y: 12, "text-anchor": "middle" }, "now");
    this._past = drawn("rect", { class: "past", x: this._left, y: TOP, height: body });
    const bars = isCrowd ? this._crowd(body) : lanes.map((lane, number) => this._lane(lane, number));
    const words =
      this._outages.length === 0
        ? drawn(
            "text",
            { x: this._width / 2, y: TOP + body / 2 + 4, "text-anchor": "middle" },
            "No outages in this period.",
          )
        : null;
    this.replaceChildren(
      drawn(
        "svg",
        { viewBox: `0 0 ${this._width} ${height}`, height, role: "img", "aria-label": this._summary() },
        this._past,
        bars,
        words,
        this._axis(),
        this._nowLine,
        this._nowWord,
        this._line,
        this._word,
      ),
    );
    this.now = this._now;
  }

  /** Move the line that is now. */
  set now(now) {
    this._now = now;
    if (!this._nowLine) return;
    const x = this._x(now);
    this._nowLine.setAttribute("x1", x);
    this._nowLine.setAttribute("x2", x);
    this._nowWord.setAttribute("x", Math.min(this._width - 14, Math.max(14, x)));
    this._past.setAttribute("width", Math.max(0, x - this._left));
  }

  _x(at) {
    return this._left + ((at - this._from) / (this._to - this._from)) * (this._width - this._left);
  }

  /** One monitor's outages, behind its name. */
  _lane(outages, lane) {
    const name = outages[0].monitor_name;
    const room = Math.floor((this._left - 10) / 6.6);
    const shown = name.length > room ? `${name.slice(0, room - 1)}…` : name;
    return [
      drawn("text", { class: "word", x: 0, y: TOP + 16 + lane * LANE }, shown, drawn("title", {}, name)),
      outages.map((outage) => this._bar(outage, lane)),
    ];
  }

  _bar(outage, lane) {
    const { start, end, monitor_id: id, monitor_name: name, regions } = outage;
    const title = `${outage.automatic ? name : outage.title}\n${hour(start)}, ${outage.to ? lasting((end - start) / 1000) : "open"}\n${regions.join(", ")}`;
    const part = (from, to, kind) => {
      const x = Math.max(this._left, this._x(from));
      const width = Math.max(2.5, Math.min(this._width, this._x(to)) - x);
      return drawn("rect", { class: kind, x, y: TOP + 6 + lane * LANE, width, height: LANE - 8, rx: 2 });
    };
    const turn = Math.min(Math.max(start, this._now), end); // what lies beyond now is paler
    return drawn(
      "g",
      { class: outage.automatic ? "outage" : "outage recorded", data: { id } },
      drawn("title", {}, title),
      turn > start && part(start, turn, "been"),
      turn < end && part(turn, end, "ahead"),
    );
  }

  /** How many are down at a time, where they are too many to be told apart. */
  _crowd(height) {
    const step = (this._to - this._from) / BINS;
    const counts = Array.from({ length: BINS }, (_, bin) => {
      const at = this._from + bin * step;
      return this._outages.filter(({ start, end }) => start < at + step && end > at).length;
    });
    const most = Math.max(...counts);
    const width = (this._width - this._left) / BINS;
    const bars = counts.map((count, bin) => {
      const size = (count / most) * (height - 6);
      const at = this._from + (bin + 0.5) * step;
      return drawn(
        "g",
        { class: "outage" },
        drawn(
          "rect",
          {
            class: at > this._now ? "ahead" : "been",
            x: this._left + bin * width,
            width: Math.max(1, width - 1),
            y: this._bottom - size,
            height: size,
          },
          drawn("title", {}, `${hour(at)}: ${count} incidents`),
        ),
      );
    });
    return [this._scale(most, height), bars];
  }

  /** How many monitors the height of a bar stands for. */
  _scale(most, height) {
    const top = this._bottom - height + 6;
    const mark = (count, y) => [
      drawn("line", { class: "axis", x1: this._left, x2: this._width, y1: y, y2: y }),
      drawn("text", { class: "scale", x: this._left - 6, y: y + 4, "text-anchor": "end" }, count),
    ];
    return [mark(most, top), mark(0, this._bottom)];
  }

  _axis() {
    return roundInstants(this._from, this._to, Math.max(2, (this._width - this._left) / 70)).map(
      ({ at, word }) => {
        const x = this._x(at);
        return [
          drawn("line", { class: "axis", x1: x, x2: x, y1: TOP, y2: this._bottom }),
          drawn(
            "text",
            { x: Math.min(x, this._width - 16), y: this._bottom + 15, "text-anchor": "middle" },
            word,
          ),
        ];
      },
    );
  }

  _summary() {
    const ahead = this._outages.filter(({ start }) => start > this._now).length;
    return `Timeline: ${this._outages.length - ahead} past outages, ${ahead} upcoming. They are listed below.`;
  }

  _at(event) {
    const x = event.clientX - this.getBoundingClientRect().left - this._left;
    return this._from + Math.max(0, x / (this._width - this._left)) * (this._to - this._from);
  }

  _hover(event) {
    if (!this._line) return;
    const at = this._at(event);
    const x = this._x(at);
    this._line.setAttribute("visibility", "visible");
    this._line.setAttribute("x1", x);
    this._line.setAttribute("x2", x);
    this._word.setAttribute("x", Math.min(this._width - 60, Math.max(60, x)));
    this._word.textContent = at > this._now ? `Go to ${hour(at)}` : hour(at);
    this._nowWord.setAttribute("visibility", Math.abs(x - this._x(this._now)) < 80 ? "hidden" : "visible");
  }

  _press(event) {
    if (!this._timeline) return;
    const { id } = event.target.closest("[data-id]")?.dataset ?? {};
    if (id) return go(address("world", [id]));
    const at = this._at(event);
    if (at > this._now) this.dispatchEvent(new CustomEvent("jump", { detail: at }));
  }
}

customElements.define("time-line", TimeLine);
