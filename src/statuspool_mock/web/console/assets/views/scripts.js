/** Outage scripts, and the ones being played. */

import { button, element } from "../element.js";
import { card, choice, empty, line, named, table, whole } from "../elements/card.js";
import { toggle } from "../elements/switch.js";
import { hour } from "../moments.js";
import { renew } from "../refresh.js";

const REGION_DOWN = "single-region";
const LONGEST_INTERVAL = "5m";
const PACES = [
  ["live", "at the pace of the world's clock"],
  ["time-lapse", "in time-lapse"],
  ["step", "step by step"],
];

export class Scripts {
  constructor(app, changed) {
    this._app = app;
    this._changed = changed;
    this._plays = element("div");
    this._play = element("div");
    this._pace = choice({ id: "break-pace" }, PACES);
    this._region = element("input", { id: "break-region", placeholder: "us-east-1", size: 14, autocomplete: "off" });
  }

  offered() {
    const options = line(named("break-pace", "Pace", this._pace), named("break-region", "Region", this._region));
    return card("Outage scripts", {}, options, this._plays);
  }

  played() {
    return card("Playing", {}, this._play);
  }

  async show(scripts, running) {
    const rows = scripts.map((one) => [
      whole(one.name),
      one.about,
      button("Play", () => this._start(one.name), { "aria-label": `Play ${one.name}` }),
    ]);
    await renew(this._plays, table("Outage scripts", ["Name", "What happens", ""], rows, { stacks: true }));
    const shown = running
      ? this._running(running, await this._nextCheck()).filter(Boolean)
      : [empty("No outage script is playing.")];
    await renew(this._play, ...shown);
  }

  /** One region fails: that is not an API fault but an outage script, which ends by itself. */
  regionSwitch(running) {
    const isOn = running?.scripts.includes(REGION_DOWN) ?? false;
    const flip = async () => {
      const { playing } = await this._app.client.get("outage-scripts");
      const isPlaying = playing?.scripts.includes(REGION_DOWN) ?? false;
      if (isPlaying === isOn) await (isOn ? this._stop() : this._start(REGION_DOWN));
      else await this._changed(); // it has changed since it was drawn
    };
    return toggle("Region down", "The region chosen below fails for a while", isOn, flip);
  }

  /** Return when checks notice what is played, in words. */
  async _nextCheck() {
    const { results } = await this._app.client.get("board", { query: { limit: 1 } });
    if (results.length === 0) return "There are no monitors to check.";
    const { name, next_check_at: next } = await this._app.client.get(`monitors/${results[0].id}`);
    const when = next ? ` ${name} is checked next at ${hour(next)}.` : "";
    return `The status of a monitor changes at its next check.${when}`;
  }

  /** Move the clock by the longest interval, in which every monitor is checked. */
  async _check() {
    this._app.tell(await this._app.clock.advance({ by: LONGEST_INTERVAL }));
    await this._changed();
  }

  _running({ scripts, pace, steps }, nextCheck) {
    const stands = pace === "live" && this._app.clock.rate === 0 && steps.some((step) => !step.done);
    const rows = steps.map((step) => [whole(hour(step.at)), step.about, step.done ? "done" : ""]);
    return [
      line(
        element("strong", {}, scripts.join(", ")),
        (pace === "step" || stands) && button("Next step", () => this._step(), { class: "primary", icon: "next" }),
        button("Stop", () => this._stop()),
      ),
      stands && element("p", { class: "hint" }, "The clock is frozen: nothing happens until time is moved."),
      line(
        button("Check now", () => this._check(), { icon: "next", title: "Move the clock by 5 minutes" }),
        element("span", { class: "hint" }, nextCheck),
      ),
      table("Steps", ["At", "What", ""], rows),
    ];
  }

  async _start(name) {
    const region = this._region.value.trim();
    const scripts = [{ name, ...(region && { region }) }];
    const { steps } = await this._app.client.post("play", { scripts, pace: this._pace.value });
    this._app.toasts.done(`${name} is playing. ${hour(steps[0].at)}: ${steps[0].about}.`);
    await this._changed();
  }

  async _step() {
    this._app.tell(await this._app.client.post("play/step"));
    await this._changed();
  }

  async _stop() {
    await this._app.client.delete("play");
    await this._changed();
  }
}
