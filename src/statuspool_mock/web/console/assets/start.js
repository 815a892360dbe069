/** Begins the console: wires client, stream and clock, and shows the view in the address. */

import { Client, Refused, Unreachable } from "./client.js";
import { Clock } from "./clock.js";
import { closedPage } from "./closed.js";
import { openDialog } from "./dialog.js";
import { button, element } from "./element.js";
import { askForWorld, frame, listenForShortcuts } from "./frame.js";
import { full } from "./moments.js";
import { address, go, route } from "./router.js";
import { openedKey, token, worldName } from "./session.js";
import { Stream } from "./stream.js";
import { applyTheme } from "./theme.js";
import { Toasts } from "./toast.js";
import { VIEWS } from "./views.js";

/** What every view is given. See docs/console.md. */
class App {
  constructor() {
    this.client = new Client(openedKey());
    this.stream = new Stream(this.client);
    this.clock = new Clock(this.client, this.stream);
    this.toasts = new Toasts();
  }

  /** Name the page, in the window's title, after what it shows. */
  entitle(name) {
    document.title = `${name} · ${worldName(this.client.key)} · Statuspool mock`;
  }

  /** Advance to the next event, and say what it was. */
  async moveToNext() {
    this.tell(await this.clock.advance({ to_next_event: true }));
  }

  /** Say what happened when time was moved. */
  tell({ facts, now, note }) {
    const [first] = facts;
    const word = {
      status_changed: `is ${first?.current}`,
      incident_opened: "has an incident",
      incident_resolved: "has recovered",
      sla_breached: "is below its SLA target",
    }[first?.kind];
    const more = facts.length > 1 ? ` And ${facts.length - 1} more.` : "";
    const what = first ? `${first.monitor_name ?? "A monitor"} ${word}.${more}` : "Nothing happened.";
    this.toasts.done([`${full(now)}.`, what, note].filter(Boolean).join(" "));
  }
}

applyTheme();
const app = new App();
const { stage, show } = frame(app);
let current = null;
let wasShown = false;

async function showRoute() {
  const wanted = route();
  const view = VIEWS.find(({ name }) => name === wanted.view);
  if (!view) return go(address(VIEWS[0].name), { replace: true });
  if (current?.name !== view.name) {
    current?.leaving.abort();
    app.toasts.clear();
    const leaving = new AbortController();
    current = { name: view.name, leaving, show: () => {} };
    show(view.name);
    app.entitle(view.title);
    const { default: open } = await view.load();
    if (leaving.signal.aborted) return;
    const place = element("div", { class: `view ${view.name}` });
    stage.replaceChildren(place);
    current.show = open({ place, app, signal: leaving.signal }) ?? (() => {});
  }
  await current.show(route());
  if (document.activeElement === document.body && wasShown) stage.focus(); // what had the focus is gone
  wasShown = true;
}

addEventListener("hashchange", showRoute);
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  complain(event.reason);
});

function complain(error) {
  if (error?.name === "AbortError" || error instanceof Unreachable) return; // the banner tells of it
  if (error instanceof Refused && error.wantsToken) askForToken();
  else if (error instanceof Refused && error.isClosed) showClosed(error);
  else if (error instanceof Refused && error.status === 401) askForKey(error);
  else app.toasts.trouble(error instanceof Refused ? error.message : `This page failed: ${error}`);
  if (!(error instanceof Refused)) console.error(error);
}

/** Say that this server lets nobody in from here, and what to do about it. */
function showClosed(error) {
  current?.leaving.abort();
  stage.replaceChildren(closedPage(error.message));
  app.entitle("Closed");
}

function askForKey(error) {
  if (!document.querySelector("dialog[open]"))
    askForWorld(app, `${app.client.key} opens no world. ${error.message}`);
}

function askForToken() {
  if (document.querySelector("dialog[open]")) return;
  const field = element("input", { type: "password", id: "token", autocomplete: "off" });
  const wasWrong = token.get();
  const enter = () => {
    if (!field.value) return;
    token.set(field.value);
    location.reload();
  };
  openDialog({
    title: "This server requires a token",
    content: [
      wasWrong && element("p", { class: "complaint", role: "alert" }, "The server does not accept that token."),
      element("label", { for: "token" }, "Control token"),
      field,
      element(
        "p",
        { class: "hint" },
        "A token of the server's --token-file, or the STATUSPOOL_CONTROL_TOKEN that it was started with. It is kept until you close this tab.",
      ),
    ],
    actions: [button("Enter", enter, { class: "primary" })],
  });
}

app.stream.addEventListener("held", ({ detail: { method, path } }) => {
  if (current?.name !== "traffic") app.toasts.done(`${method} ${path} is held. Release it under Traffic.`);
});
app.stream.addEventListener("refused", (event) => complain(event.detail));
listenForShortcuts(app);
app.clock.refresh();
showRoute();
app.stream.start();
// A server that stops must not take with it the views that were not looked at yet.
setTimeout(() => VIEWS.forEach((view) => view.load().catch(() => {})), 500);
