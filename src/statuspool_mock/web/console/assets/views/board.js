/** All monitors as a row: searched, filtered, sorted; only those in sight are asked for. */

import { button, element, pictogram } from "../element.js";
import { SparkLine } from "../elements/spark-line.js";
import "../elements/status-pill.js";
import { UptimeBar } from "../elements/uptime-bar.js";
import { VirtualList } from "../elements/virtual-list.js";
import { since } from "../moments.js";
import { Pages } from "../pages.js";
import { every, keepUp } from "../refresh.js";
import { address, go } from "../router.js";
import { firstSteps } from "./first-steps.js";
import { editMonitor } from "./monitor-form.js";
import { Selection } from "./selection.js";
import { actionsOn } from "./trouble.js";

const STATUSES = ["down", "degraded", "up", "paused"];
const SORTS = { created: "By creation", name: "By name", status: "Worst first" };
const LEAST_SHARED = 10;
const LEAST_END = 6;
const MOST_END = 18;
const narrow = matchMedia("(max-width: 700px)");

export default function openBoard({ place, app, signal }) {
  const filter = new Filter();
  const selection = new Selection(app, () => list.refresh());
  const list = new VirtualList({ render, rowHeight: () => (narrow.matches ? 128 : 60), label: "Monitors" });
  const pages = new Pages((page, limit) =>
    app.client.get("board", { query: { ...filter.query, page, limit }, signal }),
  );
  const nothing = element("p", { class: "empty", hidden: true }, "No monitors match.");
  const begin = element("div", { hidden: true }, firstSteps(app));

  const columns = element(
    "div",
    { class: "columns", "aria-hidden": "true" },
    ["Status", "Monitor", "Last hour", "30 days", "Uptime", "Checked", ""].map((title) =>
      element("span", {}, title),
    ),
  );
  place.append(
    element(
      "header",
      {},
      element("h1", {}, "World"),
      filter.statuses,
      filter.search,
      filter.tag,
      filter.sort,
      button("New", () => editMonitor(app), { label: "New monitor" }),
    ),
    selection.bar,
    columns,
    nothing,
    begin,
    list,
  );

  pages.addEventListener("change", () => {
    list.count = pages.total;
    const isEmpty = pages.total === 0 && !Object.values(filter.query).some(Boolean);
    nothing.hidden = pages.total > 0 || isEmpty;
    begin.hidden = !isEmpty;
    columns.hidden = list.hidden = isEmpty;
    filter.count(pages.answer.statuses);
  });
  list.addEventListener("range", ({ detail }) => pages.want(detail.first, detail.end));
  narrow.addEventListener("change", () => list.refresh(), { signal });
  const refreshTags = async () => {
    const { results } = await app.client.get("tags", { signal });
    filter.offer(results);
  };
  keepUp(app, signal, () => Promise.all([pages.refresh(), refreshTags()]));
  every(1000, signal, () => {
    for (const cell of list.querySelectorAll("[data-at]"))
      cell.textContent = since(cell.dataset.at, app.clock.now());
  });
  refreshTags();

  let shown = null;
  return ({ query }) => {
    if (shown === query.toString()) return;
    shown = query.toString();
    filter.take(query);
    list.scrollTop = 0;
    pages.clear();
  };

  function render(index) {
    const monitor = pages.at(index);
    if (!monitor) return element("div", { class: "row waiting" }, element("div", { role: "cell" }, "…"));
    const { name, url, tags, last_check_at: at } = monitor;
    return element(
      "div",
      { class: "row" },
      cell(
        "status",
        selection.box(monitor),
        element("status-pill", { status: monitor.status }),
        monitor.is_forced && element("span", { class: "forced" }, "forced"),
      ),
      cell(
        "name",
        nameLink(monitor, [pages.at(index - 1), pages.at(index + 1)]),
        element(
          "span",
          { class: "more" },
          tags.map((tag) => element("span", { class: "tag" }, tag)),
          element("span", { class: "url" }, url),
        ),
      ),
      cell(
        "hour",
        new SparkLine(
          monitor.last_hour,
          `Response time in the last hour, now ${monitor.response_time_ms ?? "unknown"} ms`,
        ),
      ),
      cell("days", new UptimeBar(monitor.days, monitor.uptime_30d)),
      cell("uptime number", `${monitor.uptime_30d.toFixed(3)} %`),
      cell(
        "checked number",
        element("span", { data: at ? { at } : {} }, at ? since(at, app.clock.now()) : "never"),
      ),
      cell("actions", actionsOn(app, monitor)),
    );
  }
}

/** Return a link whose text, where it is too long, is shortened before what tells it from `neighbours`. */
function nameLink({ id, name }, neighbours) {
  const end = ending(name, neighbours.filter(Boolean));
  return element(
    "a",
    { href: address("world", [id]), title: name, "aria-label": name },
    element("span", {}, name.slice(0, name.length - end.length)),
    end && element("span", {}, end),
  );
}

/** Return the end of a name if others begin like it. */
function ending(name, others) {
  const shared = Math.max(0, ...others.map((other) => sharedLength([...name], [...other.name])));
  if (shared < LEAST_SHARED) return "";
  const letters = [...name];
  const shown = Math.min(MOST_END, Math.max(LEAST_END, letters.length - shared));
  return letters.slice(-shown).join("");
}

function sharedLength(one, other) {
  const differs = one.findIndex((letter, index) => letter !== other[index]);
  return differs < 0 ? 0 : differs;
}

function cell(name, ...children) {
  return element("div", { role: "cell", class: name }, children);
}

/** What is looked for, in fields and in the address. */
class Filter {
  constructor() {
    this.query = {};
    this._counts = Object.fromEntries(
      ["", ...STATUSES].map((status) => [status, element("span", { class: "number" })]),
    );
    this._choices = Object.entries(this._counts).map(([status, count]) => {
      const choice = button("", () => this._choose({ status }), { data: { status } });
      choice.append(element("span", {}, status ? status[0].toUpperCase() + status.slice(1) : "All"), count);
      return choice;
    });
    this.statuses = element(
      "div",
      { class: "segments statuses", role: "group", "aria-label": "Status" },
      this._choices,
    );
    this._field = element("input", {
      type: "search",
      placeholder: "Search",
      "aria-label": "Search name, url or id",
      autocomplete: "off",
    });
    this._field.addEventListener("input", () => {
      clearTimeout(this._typing);
      this._typing = setTimeout(() => this._choose({ search: this._field.value.trim() }), 150);
    });
    this.search = element("div", { class: "search" }, pictogram("search"), this._field);
    this.tag = element("select", { "aria-label": "Tag" }, element("option", { value: "" }, "All tags"));
    this.tag.addEventListener("change", () => this._choose({ tag: this.tag.value }));
    this.sort = element(
      "select",
      { "aria-label": "Order" },
      Object.entries(SORTS).map(([value, word]) => element("option", { value }, word)),
    );
    this.sort.addEventListener("change", () =>
      this._choose({ sort: this.sort.value === "created" ? "" : this.sort.value }),
    );
  }

  /** Show what the address says. */
  take(query) {
    this.query = Object.fromEntries(
      ["status", "search", "tag", "sort"].map((name) => [name, query.get(name) ?? ""]),
    );
    const { status, search, tag, sort } = this.query;
    for (const choice of this._choices)
      choice.setAttribute("aria-pressed", String(choice.dataset.status === status));
    if (document.activeElement !== this._field) this._field.value = search;
    if (tag && ![...this.tag.options].some((option) => option.value === tag)) this.offer([{ tag }]);
    this.tag.value = tag;
    this.sort.value = sort || "created";
  }

  /** Offer these tags. */
  offer(tags) {
    const offered = JSON.stringify(tags);
    if (offered === this._offered) return; // a menu that is open stays as it is
    this._offered = offered;
    const options = tags.map(({ tag, monitors }) =>
      element("option", { value: tag }, monitors ? `${tag} (${monitors})` : tag),
    );
    this.tag.replaceChildren(element("option", { value: "" }, "All tags"), ...options);
    this.tag.value = this.query.tag ?? "";
  }

  /** Show how many monitors there are of each status. */
  count(statuses) {
    const all = Object.values(statuses).reduce((sum, count) => sum + count, 0);
    for (const [status, place] of Object.entries(this._counts))
      place.textContent = status ? statuses[status] : all;
  }

  _choose(change) {
    go(address("world", [], { ...this.query, ...change }), { replace: true });
  }
}
