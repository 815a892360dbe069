/** The ways in which the server breaks the contract on purpose, for everybody who uses it. */

import { button, element } from "../element.js";
import { card, empty, label, line, table } from "../elements/card.js";
import { renew } from "../refresh.js";
import { plural } from "../words.js";

export class Mutants {
  constructor(app, changed) {
    this._app = app;
    this._changed = changed;
    this._on = new Set();
    this._opened = new Set();
    this._list = element("div");
    this._search = element("input", { id: "break-mutants", placeholder: "part of a name", autocomplete: "off" });
    this._search.addEventListener("input", changed);
    this._finder = line(label("break-mutants", "Search"), this._search);
    this._hint = element("p", { class: "hint" });
  }

  card() {
    return card("Mutants", { wide: true }, this._hint, this._finder, this._list);
  }

  async show({ results, may_switch: maySwitch, why_fixed: whyFixed }) {
    const on = results.filter((one) => one.active);
    this._on = new Set(on.map((one) => one.name));
    this._hint.textContent = maySwitch
      ? "A mutant breaks the contract on purpose, in every world of this server."
      : `A mutant breaks the contract on purpose. ${whyFixed}`;
    this._finder.hidden = !maySwitch;
    const wanted = this._search.value.trim().toLowerCase();
    const rows = (mutants) => this._table(mutants, maySwitch);
    const active = on.length ? rows(on) : element("p", { class: "hint" }, "No mutant is active.");
    if (!wanted) return renew(this._list, active, maySwitch && this._groups(results, rows));
    const found = results.filter((one) => `${one.name} ${one.wrong}`.toLowerCase().includes(wanted));
    const others = found.filter((one) => !one.active);
    return renew(this._list, active, others.length ? rows(others) : found.length === 0 && empty("None matches."));
  }

  /** All mutants by what they break; the rows of a group are made when it is opened. */
  _groups(results, rows) {
    const groups = Map.groupBy(results, (one) => one.group);
    return element(
      "div",
      { class: "groups" },
      [...groups].map(([name, mutants]) => {
        const made = element(
          "details",
          { open: this._opened.has(name) },
          element("summary", {}, `${name} (${plural(mutants.length, "mutant")})`),
          this._opened.has(name) && rows(mutants),
        );
        made.addEventListener("toggle", () => this._toggled(name, made.open));
        return made;
      }),
    );
  }

  _toggled(name, isOpen) {
    if (isOpen === this._opened.has(name)) return;
    if (isOpen) this._opened.add(name);
    else this._opened.delete(name);
    this._changed();
  }

  _table(mutants, maySwitch) {
    const titles = ["Name", "Violation", ...(maySwitch ? [""] : [])];
    const rows = mutants.map((one) => this._row(one, maySwitch));
    return table("Mutants", titles, rows, { stacks: true });
  }

  _row({ name, wrong, active }, maySwitch) {
    const shown = element("span", { class: "mono" }, name);
    if (!maySwitch) return [shown, wrong];
    const attributes = { role: "switch", "aria-checked": String(active), "aria-label": name };
    return [shown, wrong, button(active ? "On" : "Off", () => this._flip(name), attributes)];
  }

  async _flip(name) {
    const names = this._on.has(name) ? [...this._on].filter((one) => one !== name) : [...this._on, name];
    this._on = new Set(names); // another may be switched before the list is asked for again
    await this._app.client.put("mutants", { names });
    await this._changed();
  }
}
