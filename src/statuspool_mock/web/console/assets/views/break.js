/** Break it: switches for the usual faults, scripts, and what is in force. */

import { button, element } from "../element.js";
import { card, empty, grid, label, line, listing, table, whole } from "../elements/card.js";
import { DurationField } from "../elements/duration-field.js";
import { full, hour } from "../moments.js";
import { keepUp, renew } from "../refresh.js";

const SWITCHES = [
  ["Slow", "Responses take two seconds longer", { latency: { fixed_ms: 2000 } }],
  ["500", "The server fails", { status: 500 }],
  ["429", "The rate limit is used up; Retry-After is 5 s", { status: 429, retry_after: 5 }],
  ["401", "The key is rejected", { status: 401 }],
  ["Reset", "The connection is reset before a response", { breakage: "reset" }],
  ["Cut off", "The response ends in the middle", { breakage: "truncated" }],
  ["Webhooks lost", "Deliveries are never sent", { mishap: "lost" }],
];
const REGION_DOWN = "single-region";
const CHANCES = [
  [1, "always"],
  [0.5, "one in two"],
  [0.1, "one in ten"],
  [0.01, "one in a hundred"],
];
const PACES = [
  ["live", "at the pace of the world's clock"],
  ["time-lapse", "in time-lapse"],
  ["step", "step by step"],
];

export default function open({ place, app, signal }) {
  const faults = new Faults(app, () => refresh());
  const stage = new Stage(app, () => refresh());
  const mutants = new Mutants(app, () => refresh());
  place.append(
    element("header", {}, element("h1", {}, "Break it")),
    grid(faults.controls(), faults.inForce(), stage.repertoire(), stage.played(), mutants.card()),
  );

  async function refresh() {
    const [{ results }, scripts, gallery, running] = await Promise.all([
      app.client.get("faults", { signal }),
      app.client.get("outage-scripts", { signal }),
      app.client.get("mutants", { signal }),
      app.client.get("play", { signal }).catch((error) => ignoreMissing(error)),
    ]);
    await faults.show(results, stage.regionSwitch(running));
    await stage.show(scripts.results, running);
    await mutants.show(gallery);
  }

  keepUp(app, signal, refresh);
  return refresh;
}

/** The faults of the world: switches that set the usual ones, and a list of all that are in force. */
class Faults {
  constructor(app, changed) {
    this._client = app.client;
    this._changed = changed;
    this._switches = element("div", { class: "switches" });
    this._active = element("div");
    this._chance = choice("break-chance", CHANCES);
    this._lasts = new DurationField({ id: "break-for", placeholder: "until removed" });
  }

  controls() {
    const options = line(
      label("break-chance", "How often"),
      this._chance,
      label("break-for", "Duration"),
      this._lasts,
    );
    return card("Faults", { wide: true }, options, this._switches);
  }

  inForce() {
    return card("Active faults", { wide: true, controls: [button("Remove all", () => this._remove())] }, this._active);
  }

  /** Show the faults that there are; `more` switches stand behind those of the faults. */
  async show(faults, ...more) {
    await renew(this._switches, ...SWITCHES.map((one) => this._switch(one, faults)), ...more);
    await renew(this._active, this._listed(faults));
  }

  _switch([name, about, fault], faults) {
    const found = faults.filter((one) => isSame(one, fault));
    return toggle(name, about, found.length > 0, async () => {
      if (found.length) await Promise.all(found.map((one) => this._client.delete(`faults/${one.id}`)));
      else await this._add(fault);
      await this._changed();
    });
  }

  _listed(faults) {
    return listing(
      "Active faults",
      ["Effect", "Requests", "Probability", "Matched", "Injected", "Ends", ""],
      faults.map((one) => [
        what(one),
        [one.operation, one.method, one.role, one.monitor_id].filter(Boolean).join(", ") || "everywhere",
        whole(`${Math.round(one.probability * 1000) / 10} %`),
        one.asked,
        one.injected,
        whole(one.ends_at ? full(one.ends_at) : one.times ? `after ${one.times}` : "–"),
        button("Remove", () => this._remove(one.id), { "aria-label": `Remove: ${what(one)}` }),
      ]),
      "No faults are active.",
    );
  }

  async _add(fault) {
    const ttl = this._lasts.value;
    if (ttl === undefined) return;
    const probability = Number(this._chance.value);
    await this._client.post("faults", { ...fault, probability, ...(ttl && { ttl }) });
  }

  async _remove(id = null) {
    await this._client.delete(id ? `faults/${id}` : "faults");
    await this._changed();
  }
}

/** The outage scripts, and the ones being played. */
class Stage {
  constructor(app, changed) {
    this._app = app;
    this._changed = changed;
    this._plays = element("div");
    this._play = element("div");
    this._pace = choice("break-pace", PACES);
    this._region = element("input", { id: "break-region", placeholder: "us-east-1", size: 14, autocomplete: "off" });
  }

  repertoire() {
    const options = line(
      label("break-pace", "Pace"),
      this._pace,
      label("break-region", "Region"),
      this._region,
    );
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
    await renew(this._plays, table("Outage scripts", ["Name", "What happens", ""], rows));
    const shown = running ? this._running(running).filter(Boolean) : [empty("No outage script is playing.")];
    await renew(this._play, ...shown);
  }

  /** One region fails: that is not an API fault but an outage script, which ends by itself. */
  regionSwitch(running) {
    const isOn = running?.scripts.includes(REGION_DOWN) ?? false;
    const flip = () => (isOn ? this._stop() : this._start(REGION_DOWN));
    return toggle("Region down", "The region chosen below fails for a while", isOn, flip);
  }

  _running({ scripts, pace, steps }) {
    const stands = pace === "live" && this._app.clock.rate === 0 && steps.some((step) => !step.done);
    const rows = steps.map((step) => [whole(hour(step.at)), step.about, step.done ? "done" : ""]);
    return [
      line(
        element("strong", {}, scripts.join(", ")),
        (pace === "step" || stands) && button("Next step", () => this._step(), { class: "primary", icon: "next" }),
        button("Stop", () => this._stop()),
      ),
      stands && element("p", { class: "hint" }, "The clock is frozen: nothing happens until time is moved."),
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

/** The ways in which the server breaks the contract on purpose, for everybody who uses it. */
class Mutants {
  constructor(app, changed) {
    this._app = app;
    this._changed = changed;
    this._on = new Set();
    this._list = element("div");
    this._search = element("input", { id: "break-mutants", placeholder: "part of a name", autocomplete: "off" });
    this._search.addEventListener("input", changed);
    this._finder = line(label("break-mutants", "Search"), this._search);
    this._hint = element("p", { class: "hint" });
  }

  card() {
    return card("Mutants", { wide: true }, this._hint, this._finder, this._list);
  }

  async show({ results, may_switch: maySwitch }) {
    this._on = new Set(results.filter((one) => one.active).map((one) => one.name));
    this._finder.hidden = !maySwitch;
    this._hint.textContent = maySwitch
      ? "A mutant breaks the contract on purpose, in every world of this server."
      : "A mutant breaks the contract on purpose. Start the server with --switch-mutants to switch them here.";
    const wanted = this._search.value.trim().toLowerCase();
    const isWanted = (one) => wanted && `${one.name} ${one.wrong}`.toLowerCase().includes(wanted);
    const rows = results.filter((one) => one.active || isWanted(one)).map((one) => this._row(one, maySwitch));
    const titles = ["Name", "Violation", ...(maySwitch ? [""] : [])];
    const none = wanted ? "No mutant is active, and none matches." : "No mutant is active.";
    await renew(this._list, listing("Mutants", titles, rows, none));
  }

  _row({ name, wrong, active }, maySwitch) {
    const shown = element("span", { class: "mono" }, name);
    if (!maySwitch) return [shown, wrong];
    const attributes = { role: "switch", "aria-checked": String(active), "aria-label": name };
    return [shown, wrong, button(active ? "On" : "Off", () => this._flip(name), attributes)];
  }

  async _flip(name) {
    const names = this._on.has(name) ? [...this._on].filter((one) => one !== name) : [...this._on, name];
    await this._app.client.put("mutants", { names });
    await this._changed();
  }
}

function toggle(name, about, isOn, flip) {
  const attributes = { role: "switch", "aria-checked": String(isOn), "aria-label": `${name}: ${about}` };
  return element(
    "div",
    { class: "switch" },
    button(name, flip, attributes),
    element("span", { class: "hint" }, about),
  );
}

function choice(id, options) {
  return element(
    "select",
    { id },
    options.map(([value, word]) => element("option", { value }, word)),
  );
}

function isSame(one, { latency, status, breakage, mishap }) {
  const everywhere = !one.operation && !one.method && !one.role && !one.monitor_id;
  if (!everywhere || (one.mishap ?? null) !== (mishap ?? null)) return false;
  if ((one.status ?? null) !== (status ?? null) || (one.breakage ?? null) !== (breakage ?? null)) return false;
  return (one.latency?.fixed_ms ?? null) === (latency?.fixed_ms ?? null);
}

function what({ status, latency, breakage, mishap }) {
  const slow = latency && `slower${latency.fixed_ms ? ` by ${latency.fixed_ms} ms` : ""}`;
  return [status && `status ${status}`, slow, breakage, mishap && `webhooks ${mishap}`].filter(Boolean).join(", ");
}

function ignoreMissing(error) {
  if (error.status === 404) return null;
  throw error;
}
