/** What surrounds every view: navigation, the world's name, its clock, banners, shortcuts. */

import { button, element, pictogram } from "./element.js";
import { openDialog } from "./dialog.js";
import { address, go } from "./router.js";
import { openWorld, worldName } from "./session.js";
import { nextTheme } from "./theme.js";
import { WorldClock } from "./elements/world-clock.js";
import { VIEWS } from "./views.js";
import { plural } from "./words.js";

const MOST_WORLDS = 12;

/** Build the page around `app`; `stage` is where views stand. */
export function frame(app) {
  const stage = element("main", { id: "stage", tabindex: "-1" });
  const banner = element("div", { class: "banners", role: "alert" });
  const tabs = VIEWS.map(({ name, title, icon = name }) =>
    element("a", { href: address(name), data: { view: name } }, pictogram(icon), element("span", {}, title)),
  );
  document.body.append(
    element(
      "header",
      { class: "masthead" },
      element(
        "a",
        { class: "brand", href: address("world"), "aria-label": "Statuspool mock" },
        mark(),
        element("span", {}, "Statuspool mock"),
      ),
      worldButton(app),
      new WorldClock(app),
      element(
        "div",
        { class: "about" },
        button("", nextTheme, { icon: "sun", label: "Switch theme", class: "quiet theme" }),
        button("", () => showShortcuts(app), { icon: "help", label: "Keyboard shortcuts", class: "quiet" }),
      ),
    ),
    element("nav", { class: "tabs", "aria-label": "Views" }, tabs),
    banner,
    stage,
    app.toasts.place,
  );
  watchServer(app, banner);
  return {
    stage,
    show(name) {
      for (const tab of tabs) {
        if (tab.dataset.view === name) tab.setAttribute("aria-current", "page");
        else tab.removeAttribute("aria-current");
      }
    },
  };
}

function mark() {
  return element("img", { src: "console/icon.svg", alt: "", width: 28, height: 28 });
}

function worldButton(app) {
  const name = worldName(app.client.key);
  const open = () => askForWorld(app);
  const made = button(name, open, { icon: "key", class: "world", label: `World ${name}. Open another` });
  made.title = `Key ${app.client.key}`;
  return made;
}

/** Ask for the key of another world and open it; `trouble` says why it must be another. */
export function askForWorld(app, trouble = "") {
  const field = element("input", {
    id: "key",
    value: app.client.key,
    autocomplete: "off",
    spellcheck: "false",
    required: true,
  });
  const enter = button("Open", () => field.value.trim() && openWorld(field.value.trim()), {
    class: "primary",
  });
  const known = element("div", { class: "worlds" });
  openDialog({
    title: "Open a world",
    content: [
      trouble && element("p", { class: "complaint", role: "alert" }, trouble),
      element("label", { for: "key" }, "Key"),
      field,
      element(
        "p",
        { class: "hint" },
        "sp_test_ and a name: letters, digits, _ and -. A new name opens a new world.",
      ),
      known,
    ],
    actions: [enter],
  });
  field.select();
  offerWorlds(app, known).catch(() => {}); // without access to the list, the key can still be entered
}

/** Offer the worlds that there are, the one that was used last first. */
async function offerWorlds(app, place) {
  const { results } = await app.client.get("sandboxes");
  const mine = worldName(app.client.key);
  const others = results.filter(({ name }) => name !== mine);
  others.sort((one, other) => one.idle_seconds - other.idle_seconds);
  if (others.length === 0) return;
  place.append(
    element("h3", {}, "Worlds of this server"),
    element(
      "ul",
      {},
      others.slice(0, MOST_WORLDS).map(({ name, monitors }) => {
        const open = button(name, () => openWorld(`sp_test_${name}`), { class: "quiet" });
        return element("li", {}, open, element("span", { class: "hint" }, plural(monitors, "monitor")));
      }),
    ),
  );
  if (others.length > MOST_WORLDS)
    place.append(element("p", { class: "hint" }, `And ${others.length - MOST_WORLDS} more, listed under State.`));
}

function watchServer(app, banner) {
  const { stream } = app;
  stream.addEventListener("lost", () => {
    document.body.classList.add("lost");
    banner.replaceChildren(
      element("p", { class: "banner trouble" }, "The connection is lost. This page reconnects when the server responds."),
    );
  });
  stream.addEventListener("found", () => {
    if (!document.body.classList.contains("lost")) return;
    document.body.classList.remove("lost");
    banner.replaceChildren();
    app.toasts.done("Connected again.");
  });
}

const WORDS = [
  ["/", "Search"],
  ["f", "Freeze or run the clock"],
  ["n", "Advance to the next event"],
  ["t", "Switch theme"],
  ["w", "Open another world"],
  ["?", "Show this list"],
];

/** Listen for the shortcuts. They can be switched off, and never act while something is typed. */
export function listenForShortcuts(app) {
  const acts = {
    "?": () => showShortcuts(app),
    "/": () => document.querySelector("#stage input[type=search]")?.focus(),
    f: () => app.clock.set({ mode: app.clock.rate ? "frozen" : "live" }),
    n: () => app.moveToNext(),
    t: nextTheme,
    w: () => askForWorld(app),
  };
  VIEWS.forEach(({ name }, index) => (acts[index + 1] = () => go(address(name))));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !areOn()) return;
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
    const act = Object.hasOwn(acts, event.key) ? acts[event.key] : null;
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** Return links to what the server documents. */
function documentation() {
  const pages = { "API documentation": "../docs", "Control plane": "docs", "Start page": "../" };
  const links = Object.entries(pages).map(([title, href]) => element("a", { href, target: "_blank" }, title));
  return element("nav", { class: "documentation", "aria-label": "Documentation" }, links);
}

const SWITCH = "statuspool-mock shortcuts";
const areOn = () => localStorage.getItem(SWITCH) !== "off";

function showShortcuts() {
  const rows = [...VIEWS.map(({ title }, index) => [String(index + 1), title]), ...WORDS];
  const list = element(
    "dl",
    { class: "shortcuts" },
    rows.map(([key, word]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, word)]),
  );
  const box = element("input", { type: "checkbox", id: "shortcuts-on", checked: areOn() });
  box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
  const choice = element("label", { class: "choice", for: "shortcuts-on" }, box, "Shortcuts are on");
  openDialog({ title: "Keyboard shortcuts", content: [list, choice, documentation()] });
}
