/** One monitor closely: chart, log, incidents, schedule, and what the API says of it. */

import { asCurl, asFetch, copyButton } from "../clipboard.js";
import { button, element, pictogram } from "../element.js";
import { card, empty, grid, table, whole } from "../elements/card.js";
import { JsonView } from "../elements/json-view.js";
import { ResponseChart } from "../elements/response-chart.js";
import "../elements/status-pill.js";
import { UptimeBar } from "../elements/uptime-bar.js";
import { full, lasting } from "../moments.js";
import { inOrder, keepUp, renew } from "../refresh.js";
import { go } from "../router.js";
import { logCard } from "./log.js";
import { deleteMonitors, editMonitor } from "./monitor-form.js";
import { actionsOn } from "./trouble.js";

const RANGES = { "1 h": 3600, "24 h": 86_400, "7 d": 7 * 86_400, "30 d": 30 * 86_400 };
const MOST_INCIDENTS = 20;
const MOST_SCHEDULED = 12;

export default function openMonitor({ place, app, signal, id, back }) {
  const top = element("header");
  const about = element("div", { class: "about" });
  const ask = (path, query = {}) => app.client.get(`monitors/${id}/${path}`, { query, signal });
  const parts = [
    figuresCard(),
    chartCard(ask, app),
    logCard(ask),
    incidentsCard(ask),
    scheduleCard(app, id),
    answersCard(ask, app),
  ];
  place.append(top, about, grid(...parts.map((part) => part.card)));

  async function refresh() {
    try {
      await show();
    } catch (error) {
      if (error.status !== 404) throw error;
      const all = element("a", { href: back }, "All monitors");
      place.replaceChildren(empty("This monitor does not exist, or was deleted. ", all));
    }
  }

  async function show() {
    const [monitor, board] = await Promise.all([
      app.client.get(`monitors/${id}`, { signal }),
      app.client.get("board", { query: { search: id, limit: 1 }, signal }),
    ]);
    const row = board.results[0];
    if (!row) return;
    showTop(monitor, row);
    await Promise.all(parts.map((part) => part.show(monitor, row)));
  }

  function showTop(monitor, row) {
    const leave = element(
      "a",
      { class: "button back", href: back, "aria-label": "Back to all monitors" },
      pictogram("back"),
    );
    renew(
      top,
      leave,
      element("h1", {}, monitor.name),
      element("status-pill", { status: monitor.status }),
      element(
        "div",
        { class: "actions" },
        actionsOn(app, row, { words: true }),
        button("Edit", async () => editMonitor(app, await app.client.get(`monitors/${id}`), refresh)),
        button("Delete", async () => (await deleteMonitors(app, [monitor])) && go(back)),
      ),
    );
    about.replaceChildren(
      element("span", { class: "mono" }, monitor.url),
      element("span", {}, `every ${lasting(monitor.interval_seconds)}`),
      element("span", {}, monitor.regions.join(", ")),
      ...monitor.tags.map((tag) => element("span", { class: "tag" }, tag)),
      element("span", { class: "mono" }, monitor.id),
    );
    app.entitle(monitor.name);
  }

  keepUp(app, signal, refresh, { restMs: 800 });
  return refresh();
}

function figuresCard() {
  const figures = element("dl", { class: "figures" });
  const bar = element("div", { class: "bar" });
  const made = card("Last 30 days", { wide: true }, figures, bar);
  return {
    card: made,
    show(monitor, row) {
      const shown = {
        Uptime: `${monitor.uptime_30d} %`,
        "SLA target": `${monitor.sla_target} %`,
        "Response time": monitor.response_time_ms === null ? "–" : `${monitor.response_time_ms} ms`,
        "Last check": monitor.last_check_at ? full(monitor.last_check_at).slice(11) : "never",
        "Next check": monitor.next_check_at ? full(monitor.next_check_at).slice(11) : "none",
      };
      figures.replaceChildren(
        ...Object.entries(shown).map(([word, figure]) =>
          element("div", {}, element("dt", {}, word), element("dd", {}, figure)),
        ),
      );
      bar.replaceChildren(new UptimeBar(row.days, row.uptime_30d));
    },
  };
}

function chartCard(ask, app) {
  const chart = new ResponseChart();
  let range = "1 h";
  const choices = Object.keys(RANGES).map((name) => button(name, () => choose(name)));
  const group = element("div", { class: "segments", role: "group", "aria-label": "Time shown" }, choices);
  const look = () => {
    const to = Math.floor(app.clock.now() / 1000) * 1000;
    const from = new Date(to - RANGES[range] * 1000).toISOString();
    return ask("history", { from, points: range === "1 h" ? 120 : 200 });
  };
  const show = inOrder(look, (history) => {
    chart.history = history;
    for (const choice of choices) choice.setAttribute("aria-pressed", String(choice.textContent === range));
  });
  const choose = (name) => {
    range = name;
    return show();
  };
  return { card: card("Response time by region", { wide: true, controls: [group] }, chart), show };
}

function incidentsCard(ask) {
  const place = element("div");
  return {
    card: card("Incidents", { wide: true }, place),
    async show(monitor) {
      const { results, total } = await ask("incidents", { limit: MOST_INCIDENTS });
      if (!total) return renew(place, empty("No incidents."));
      const rows = results.map((one) => [
        [
          whole(full(one.from)),
          !one.automatic && element("div", { class: "hint" }, `Recorded: ${one.title}`),
        ],
        one.to
          ? whole(lasting(one.duration_seconds))
          : element("span", { class: "until" }, `${lasting(one.duration_seconds)}, open`),
        within(one.regions, monitor),
      ]);
      return renew(
        place,
        table("Incidents", ["Began", "Lasted", "Regions"], rows),
        element(
          "p",
          { class: "hint" },
          total > results.length ? `The newest ${results.length} of ${total}.` : "",
        ),
      );
    },
  };
}

/** Return regions as text; all those of a monitor are not listed again. */
function within(regions, monitor) {
  if (!regions || monitor.regions.every((one) => regions.includes(one))) return "all";
  return regions.map((one) => element("div", { class: "whole" }, one));
}

function scheduleCard(app, id) {
  const place = element("div");
  let isWhole = false;
  const clear = button("Cancel scripted outages", () => app.client.delete(`monitors/${id}/outages`), {
    hidden: true,
  });
  return {
    card: card("Schedule", { wide: true, controls: [clear] }, place),
    show(monitor) {
      const { epochs, overlays } = monitor;
      const rows = epochs.map((epoch) => [
        whole(full(epoch.from)),
        whole(epoch.to ? full(epoch.to) : "–"),
        `every ${lasting(epoch.interval_seconds)}, expects ${epoch.expected_status}, ${epoch.behaviour}`,
        within(epoch.regions, monitor),
      ]);
      const newestFirst = overlays.toSorted((one, other) => other.from.localeCompare(one.from));
      const laid = newestFirst.map((one) => [
        whole(full(one.from)),
        whole(one.to ? full(one.to) : "–"),
        one.forced ? "forced" : `scripted: ${one.error_message ?? one.status_code ?? "slow"}`,
        within(one.regions, monitor),
      ]);
      clear.hidden = !overlays.some((one) => !one.forced);
      const all = [...laid, ...rows.reverse()];
      const shown = isWhole ? all : all.slice(0, MOST_SCHEDULED);
      const more = () => {
        isWhole = true;
        return this.show(monitor);
      };
      return renew(
        place,
        table("Schedule", ["From", "To", "What", "Regions"], shown, { stacks: true }),
        shown.length < all.length && button(`Show all ${all.length}`, more, { class: "whole-schedule" }),
      );
    },
  };
}

function answersCard(ask, app) {
  const place = element("div");
  const choice = element("select", { "aria-label": "Operation" });
  let answers = [];
  const chosen = () => answers[choice.selectedIndex];
  let shown = "";
  const showOne = () => {
    const text = JSON.stringify(chosen().body, null, 2);
    if (text !== shown) place.replaceChildren(new JsonView((shown = text), "Response"));
  };
  choice.addEventListener("change", showOne);
  const copies = [
    copyButton(app, "Copy curl", () => asCurl(app.client.key, { path: chosen().path })),
    copyButton(app, "Copy fetch", () => asFetch(app.client.key, { path: chosen().path })),
  ];
  for (const control of [choice, ...copies]) control.disabled = true; // until there is something to copy
  return {
    card: card("What the API responds now", { wide: true, controls: [choice, ...copies] }, place),
    async show() {
      answers = (await ask("answers")).results;
      if (!choice.options.length)
        choice.append(
          ...answers.map(({ operation, path }) =>
            element("option", { value: operation, title: path }, operation),
          ),
        );
      for (const control of [choice, ...copies]) control.disabled = false;
      showOne();
    },
  };
}
