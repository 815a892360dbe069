/** Traffic: what clients asked and got, as it happens, and what their tests have never met. */

import { asCurl, asFetch, asPlaywright, asPython, copyButton } from "../clipboard.js";
import { confirmed, openDialog } from "../dialog.js";
import { button, element } from "../element.js";
import { card, empty, grid, table, verbatim, whole } from "../elements/card.js";
import { JsonView } from "../elements/json-view.js";
import { download } from "../files.js";
import { hour } from "../moments.js";
import { every, inOrder, keepUp, renew, restfully } from "../refresh.js";
import { timeFilter } from "../times.js";
import { plural } from "../words.js";
import { Breakpoints } from "./breakpoints.js";
import { editFault, FAULT_STATUSES } from "./fault.js";

const LIMIT = 100;
const OWN = new Set(["authorization", "host", "content-length", "connection", "accept-encoding"]);

export default function open({ place, app, signal }) {
  const list = element("div");
  const map = element("div");
  const shown = element("span", { class: "hint" });
  const covered = element("span", { class: "hint" });
  const filter = new Filter(app, () => refresh());
  const breakpoints = new Breakpoints(app, signal, () => refresh());
  place.append(
    element("header", {}, element("h1", {}, "Traffic"), filter.fields, shown),
    grid(
      breakpoints.card,
      card("Exchanges", { controls: [breakpoints.button, actions(app, () => refresh())] }, list),
      card("Coverage", { controls: [covered] }, map),
    ),
  );

  const ask = () =>
    Promise.all([
      app.client.get("journal", { query: { ...filter.query, limit: LIMIT }, signal }),
      app.client.get("coverage", { signal }),
      breakpoints.refresh(),
    ]);
  const refresh = inOrder(ask, async ([{ results, total }, coverage]) => {
    shown.textContent = `${results.length} of ${total}`;
    filter.offer(coverage.cells.map((cell) => cell.operation));
    await renew(list, results.length ? exchanges(app, results) : filter.isOn ? empty("No requests match.") : nothing(app));
    covered.textContent = `${coverage.percent} % met, ${coverage.unmet} never`;
    await renew(map, heatMap(coverage.cells), states(coverage.cells));
  });

  app.stream.addEventListener("exchange", restfully(400, refresh), { signal });
  for (const kind of ["held", "released"]) app.stream.addEventListener(kind, () => breakpoints.refresh(), { signal });
  every(1000, signal, () => breakpoints.tick());
  keepUp(app, signal, refresh);
  return refresh;
}

/** Which exchanges are shown. */
class Filter {
  constructor(app, changed) {
    const any = element("option", { value: "" }, "Any operation");
    this._operation = element("select", { "aria-label": "Operation" }, any);
    this._status = element("input", { "aria-label": "Status", placeholder: "Any status", size: 8, inputmode: "numeric" });
    this._text = element("input", {
      type: "search",
      "aria-label": "Search method, path and query",
      placeholder: "Search",
      size: 14,
      maxlength: 200,
    });
    this._time = timeFilter(app, changed);
    for (const field of [this._operation, this._status, this._text]) field.addEventListener("input", changed);
    this.fields = [this._text, this._operation, this._status, this._time.field];
  }

  get query() {
    const status = this._status.value.trim();
    return {
      operation: this._operation.value,
      status: /^\d{3}$/.test(status) ? status : "",
      text: this._text.value.trim(),
      from: this._time.since(),
    };
  }

  get isOn() {
    return Object.values(this.query).some(Boolean);
  }

  /** Let the operations be chosen from, once they are known. */
  offer(operations) {
    if (this._operation.options.length > 1) return;
    this._operation.append(...[...new Set(operations)].map((name) => element("option", { value: name }, name)));
  }
}

function actions(app, changed) {
  const clear = async () => {
    const text = "This deletes the recorded exchanges and the coverage. A case file starts here.";
    if (!(await confirmed({ title: "Clear the journal?", text, action: "Clear" }))) return;
    await app.client.delete("journal");
    await changed();
  };
  return [
    button("Export HAR", async () => download("traffic.har", await app.client.get("journal.har"))),
    button("Clear", clear),
  ];
}

function exchanges(app, results) {
  return table(
    "Exchanges, newest first",
    ["At", "Request", "Status", "Duration", ""],
    results.map((one) => [
      whole(hour(one.at)),
      [
        element("span", { class: "mono address" }, `${one.method} ${address(one)}`),
        element("div", { class: "beneath" }, one.operation || "no operation", remarks(one)),
      ],
      element("span", { class: `code ${kind(one.status)}` }, one.status),
      whole(`${one.milliseconds.toFixed(1)} ms`),
      button("Details", () => look(app, one.number), { "aria-label": `Details of exchange ${one.number}` }),
    ]),
    { stacks: true },
  );
}

/** What is unusual about an exchange. */
function remarks({ warnings, faults, edited }) {
  return [
    warnings.length > 0 && element("span", { class: "tag warned" }, plural(warnings.length, "warning")),
    faults.length > 0 && element("span", { class: "tag" }, "fault"),
    edited && element("span", { class: "tag" }, "edited"),
  ];
}

async function look(app, number) {
  const one = await app.client.get(`journal/${number}`);
  const path = address(one);
  const headers = Object.fromEntries(one.request_headers.filter(([name]) => !OWN.has(name.toLowerCase())));
  const request = { method: one.method, path, body: one.request_body || null, headers };
  const again = async () => {
    const options = { method: one.method, headers: { ...headers, Authorization: `Bearer ${app.client.key}` } };
    if (request.body) options.body = request.body;
    const answer = await fetch(new URL(`..${path}`, app.client.root), options);
    dialog.close();
    app.toasts.done(`${one.method} ${one.path} again: ${answer.status}.`);
  };
  const dialog = openDialog({
    title: `${one.method} ${one.path} ${one.status}`,
    wide: true,
    content: [
      element(
        "p",
        { class: "hint" },
        `${one.operation || "No operation matches"} · ${one.role} key · ${one.request_id} · ${one.milliseconds.toFixed(1)} ms`,
      ),
      one.warnings.length > 0 &&
        element(
          "ul",
          { class: "warnings", "aria-label": "Warnings" },
          one.warnings.map((text) => element("li", {}, text)),
        ),
      element("h3", {}, "Request"),
      side(`${one.method} ${path}`, one.request_headers, one.request_body, "Request"),
      element("h3", {}, "Response"),
      side(one.status, one.response_headers, one.response_body, "Response"),
    ],
    actions: [
      button("Send again", again, { class: "primary", icon: "restore" }),
      button("Make a fault of this", () => editFault(app, faultLike(one)), { icon: "break" }),
      copyButton(app, "Copy curl", () => asCurl(app.client.key, request)),
      copyButton(app, "Copy fetch", () => asFetch(app.client.key, request)),
      copyButton(app, "Copy Python", () => asPython(app.client.key, request)),
      copyButton(app, "Copy Playwright", () => asPlaywright(app.client.key, request, one.status)),
    ],
  });
}

/** Return the fault that gives requests like this one the same error, or a 500 if it succeeded. */
function faultLike({ operation, method, status }) {
  const isError = FAULT_STATUSES.includes(status);
  return { ...(operation ? { operation } : { method }), status: isError ? status : 500 };
}

function address({ path, query }) {
  return query ? `${path}?${query}` : path;
}

function side(first, headers, body, label) {
  const lines = [first, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\n");
  return [
    verbatim(`${label}: headers`, lines),
    body && new JsonView(parsed(body), `${label}: body`),
  ];
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Return which statuses clients have received from which operation, as a table of small cells. */
function heatMap(found) {
  const statuses = [...new Set(found.map((cell) => cell.status))].sort();
  const operations = [...new Set(found.map((cell) => cell.operation))];
  const count = (operation, status) => {
    const cell = found.find((one) => one.operation === operation && one.status === status && !one.state);
    if (!cell) return element("span", { class: "hidden-text" }, "undocumented");
    const title = `${operation}, ${status}: ${cell.count || "never"}`;
    const shown = cell.count ? String(cell.count) : element("span", { class: "hidden-text" }, "never");
    return element("span", { class: cell.count ? "cell met" : "cell", title }, shown);
  };
  const made = table(
    "Covered responses",
    ["Operation", ...statuses],
    operations.map((operation) => [operation, ...statuses.map((status) => count(operation, status))]),
  );
  made.classList.add("heat");
  return made;
}

/** Return the states that responses have shown, and those that no client has seen. */
function states(found) {
  const operations = Object.entries(Object.groupBy(found.filter((cell) => cell.state), (cell) => cell.operation));
  const word = ({ count, state }) =>
    element("span", { class: count ? "tag met" : "tag" }, `${count ? "✓" : "never:"} ${state}`);
  const pairs = operations.map(([operation, cells]) => [
    element("dt", {}, operation),
    element("dd", {}, cells.map(word)),
  ]);
  return element("div", {}, element("h3", {}, "States"), element("dl", { class: "states" }, pairs));
}

function nothing(app) {
  const request = { path: "/v1/monitors?limit=2" };
  return element(
    "div",
    { class: "empty" },
    element("p", {}, "No requests yet. Exchanges appear here as they happen."),
    element("p", {}, copyButton(app, "Copy a first request", () => asCurl(app.client.key, request))),
  );
}

function kind(status) {
  return status < 400 ? "good" : status < 500 ? "refused" : "failed";
}
