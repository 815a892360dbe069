/** Time: how fast it goes, where it stands, what was and what will be. */

import { button, element } from "../element.js";
import { card, form, grid, label, line, listing, whole } from "../elements/card.js";
import { DurationField } from "../elements/duration-field.js";
import { TimeLine } from "../elements/time-line.js";
import { full, hour, lasting } from "../moments.js";
import { every, inOrder, keepUp, renew } from "../refresh.js";
import { address } from "../router.js";
import { plural } from "../words.js";

const RATES = [
  [0, "Frozen"],
  [1, "Live"],
  [10, "×10"],
  [60, "×60"],
  [600, "×600"],
  [3600, "×3600"],
];
const STEPS = ["1m", "10m", "1h", "1d"];
const SPANS = { "± 1 h": 1, "± 6 h": 6, "± 24 h": 24 };
const MOST_LISTED = 25;

export default function open({ place, app, signal }) {
  const shown = new TimeLine();
  const ahead = element("div");
  const behind = element("div");
  const note = element("p", { class: "hint" });
  let span = "± 6 h";
  const spans = Object.keys(SPANS).map((name) =>
    button(name, () => {
      span = name;
      return refresh();
    }),
  );
  const chosen = element("div", { class: "segments", role: "group", "aria-label": "Hours shown" }, spans);
  place.append(
    element("header", {}, element("h1", {}, "Time")),
    grid(
      clockCard(app, signal),
      card("Timeline", { wide: true, controls: [chosen] }, shown, legend(), note),
      card("Upcoming, if nothing changes", {}, ahead),
      card("Past", {}, behind),
    ),
  );

  async function look() {
    for (const choice of spans) choice.setAttribute("aria-pressed", String(choice.textContent === span));
    const now = Math.floor(app.clock.now() / 1000) * 1000;
    if (!now) return null;
    const query = { ...around(now, SPANS[span] * 3_600_000), limit: 2000 };
    return app.client.get("timeline", { query, signal });
  }

  const refresh = inOrder(look, async (timeline) => {
    if (timeline === null) return;
    shown.timeline = timeline;
    note.textContent = toldOf(timeline);
    await renew(ahead, coming(timeline, jump));
    await renew(behind, past(timeline));
  });

  async function jump(at) {
    app.tell(await app.clock.advance({ to: new Date(Math.floor(at / 1000) * 1000).toISOString() }));
  }

  shown.addEventListener("jump", ({ detail }) => jump(detail));
  app.clock.addEventListener("change", () => shown.now || refresh(), { signal, once: true });
  every(500, signal, () => (shown.now = app.clock.now()));
  keepUp(app, signal, refresh, { restMs: 1500 });
  return refresh;
}

function legend() {
  const entry = (kind, word) => element("span", {}, element("i", { class: kind }), word);
  return element(
    "div",
    { class: "legend" },
    entry("been", "outage"),
    entry("ahead", "upcoming, if nothing changes"),
    entry("recorded", "incident recorded by hand"),
  );
}

function around(now, half) {
  return { from: new Date(now - half).toISOString(), to: new Date(now + half).toISOString() };
}

function coming({ outages, now }, jump) {
  const go = (one) =>
    button("Go to", () => jump(Date.parse(one.from)), {
      "aria-label": `Go to ${full(one.from)}, ${one.monitor_name}`,
    });
  return listing(
    "Upcoming outages",
    ["At", "Monitor", "Lasts", ""],
    outages
      .filter((one) => one.from > now)
      .slice(0, MOST_LISTED)
      .map((one) => [...row(one), go(one)]),
    "No outages in this period.",
  );
}

function past({ outages, now }) {
  return listing(
    "Past outages",
    ["At", "Monitor", "Lasted", "Regions"],
    outages
      .filter((one) => one.from <= now)
      .reverse()
      .slice(0, MOST_LISTED)
      .map((one) => [...row(one), whole(plural(one.regions.length, "region"))]),
    "No outages in this period.",
  );
}

function row(one) {
  return [
    whole(hour(one.from)),
    [
      element("a", { href: address("world", [one.monitor_id]) }, one.monitor_name),
      !one.automatic && element("div", { class: "hint" }, `Recorded: ${one.title}`),
    ],
    whole(one.to ? lasting((Date.parse(one.to) - Date.parse(one.from)) / 1000) : "open"),
  ];
}

function toldOf({ outages, total, to, known_until: until }) {
  const parts = [];
  if (outages.length < total)
    parts.push(`Showing the ${outages.length} of ${total} outages that are nearest to now.`);
  if (until !== to) parts.push(`With this many changes, upcoming outages are only known until ${full(until)}.`);
  return parts.join(" ");
}

function clockCard(app, signal) {
  return card("Clock", { wide: true }, speeds(app.clock, signal), advanceBy(app), advanceTo(app));
}

function speeds(clock, signal) {
  const rates = RATES.map(([rate, word]) => {
    const choice = button(word, () => clock.set({ rate }));
    const show = () => choice.setAttribute("aria-pressed", String(clock.rate === rate));
    clock.addEventListener("change", show, { signal });
    show();
    return choice;
  });
  return line(
    element("span", { class: "label" }, "Speed"),
    element("div", { class: "segments", role: "group", "aria-label": "Speed" }, rates),
  );
}

function advanceBy(app) {
  const by = new DurationField({ id: "advance-by", value: "5m" });
  const advance = async (duration) => duration && app.tell(await app.clock.advance({ by: duration }));
  return form(
    () => advance(by.value),
    label("advance-by", "Advance by"),
    by,
    element("button", { type: "submit", class: "primary" }, "Advance"),
    STEPS.map((step) => button(`+${step}`, () => advance(step))),
  );
}

function advanceTo(app) {
  const to = element("input", { id: "advance-to", placeholder: "2030-01-15 09:42", size: 18, autocomplete: "off" });
  const go = async () => {
    const text = to.value.trim().replace(" ", "T");
    const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
    to.setCustomValidity(Number.isNaN(at) ? "An instant such as 2030-01-15 09:42, in UTC" : "");
    if (to.reportValidity()) app.tell(await app.clock.advance({ to: new Date(at).toISOString() }));
  };
  to.addEventListener("input", () => to.setCustomValidity(""));
  return form(
    go,
    label("advance-to", "Advance to"),
    to,
    element("button", { type: "submit" }, "Go"),
    element("span", { class: "hint" }, "UTC. Time cannot go back; rewind to a checkpoint instead."),
  );
}
