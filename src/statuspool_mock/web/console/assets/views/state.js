/** State: other worlds, beginning again, saving and going back, and what to hand to others. */

import { confirmed } from "../dialog.js";
import { button, element } from "../element.js";
import { card, form, grid, label, line, listing, named, table, whole } from "../elements/card.js";
import { download, uploadButton } from "../files.js";
import { full, lasting } from "../moments.js";
import { inOrder, keepUp, renew } from "../refresh.js";
import { openWorld, worldName } from "../session.js";
import { plural } from "../words.js";

const REPLACED =
  "The present state is lost: monitors, incidents, webhooks, faults and clock. Save a checkpoint first to return to it.";

const SCENARIOS = ["default", "docs", "empty", "flapping", "large", "outage", "sla-breach"];

export default function open({ place, app, signal }) {
  const sandboxes = element("div");
  const checkpoints = element("div");
  place.append(
    element("header", {}, element("h1", {}, "State")),
    grid(
      card("Reset", {}, beginning(app)),
      card("Save and share", {}, sharing(app)),
      card("Checkpoints", { wide: true }, keeping(app, () => refresh()), checkpoints),
      card("Worlds of this server", { wide: true }, sandboxes),
    ),
  );

  const ask = () => Promise.all(["checkpoints", "sandboxes"].map((path) => app.client.get(path, { signal })));
  const refresh = inOrder(ask, async ([kept, worlds]) => {
    await renew(checkpoints, remembered(app, kept.results, refresh));
    await renew(sandboxes, others(app, worlds.results, refresh));
  });

  keepUp(app, signal, refresh);
  return refresh;
}

function beginning(app) {
  const mine = worldName(app.client.key);
  const scenario = element(
    "select",
    { id: "state-scenario" },
    element("option", { value: "" }, "as at server start"),
    SCENARIOS.map((name) => element("option", { value: name }, name)),
  );
  const seed = element("input", { id: "state-seed", placeholder: "the server's", size: 10, inputmode: "numeric" });
  const reset = async () => {
    const number = seed.value.trim();
    seed.setCustomValidity(/^\d*$/.test(number) ? "" : "A whole number, or nothing");
    if (!seed.reportValidity()) return;
    const text = "Monitors, incidents, webhooks, faults, breakpoints, journal and clock start over. Checkpoints stay.";
    if (!(await confirmed({ title: `Reset ${mine}?`, text, action: "Reset" }))) return;
    await app.client.post("reset", {
      ...(scenario.value && { scenario: scenario.value }),
      ...(number && { seed: Number(number) }),
    });
    app.toasts.done(`${mine} begins anew.`);
  };
  seed.addEventListener("input", () => seed.setCustomValidity(""));
  return form(
    reset,
    named("state-scenario", "Scenario", scenario),
    named("state-seed", "Seed", seed),
    element("button", { type: "submit", class: "danger" }, "Reset"),
  );
}

function sharing(app) {
  const mine = worldName(app.client.key);
  const upload = async (snapshot) => {
    if (!(await confirmed({ title: "Restore the snapshot?", text: REPLACED, action: "Restore" }))) return;
    await app.client.put("snapshot", snapshot);
    app.toasts.done("The snapshot is restored.");
  };
  return [
    line(
      button("Download snapshot", async () => download(`${mine}.json`, await app.client.get("snapshot"))),
      uploadButton("Upload snapshot", upload),
      button("Download case file", async () => download(`${mine}-case.json`, await app.client.get("case"))),
    ),
    element(
      "p",
      { class: "hint" },
      "A snapshot contains webhook secrets. A case file is a state and the requests after it, to be replayed elsewhere.",
    ),
  ];
}

function keeping(app, changed) {
  const name = element("input", { id: "state-name", placeholder: "before the outage", autocomplete: "off" });
  const keep = async () => {
    const chosen = name.value.trim();
    name.setCustomValidity(chosen ? "" : "Enter a name");
    if (!name.reportValidity()) return;
    await app.client.put(`checkpoints/${encodeURIComponent(chosen)}`);
    name.value = "";
    await changed();
  };
  name.addEventListener("input", () => name.setCustomValidity(""));
  return form(
    keep,
    label("state-name", "Name of the checkpoint"),
    name,
    element("button", { type: "submit", class: "primary" }, "Save"),
  );
}

function remembered(app, kept, changed) {
  const path = (one) => `checkpoints/${encodeURIComponent(one.name)}`;
  const rewind = async (one) => {
    const title = `Rewind to ${one.name}?`;
    if (!(await confirmed({ title, text: REPLACED, action: "Rewind" }))) return;
    await app.client.post(`${path(one)}/rewind`);
    app.toasts.done(`Rewound to ${full(one.now)}.`);
  };
  const forget = async (one) => {
    const text = `The state of ${full(one.now)} cannot be rewound to any more. The world stays as it is.`;
    if (!(await confirmed({ title: `Delete ${one.name}?`, text, action: "Delete" }))) return;
    await app.client.delete(path(one));
    await changed();
  };
  return listing(
    "Checkpoints",
    ["Name", "World's time", ""],
    kept.map((one) => [
      one.name,
      whole(full(one.now)),
      [
        button("Rewind", () => rewind(one), { "aria-label": `Rewind to ${one.name}` }),
        button("Delete", () => forget(one), { "aria-label": `Delete ${one.name}` }),
      ],
    ]),
    "No checkpoints. A checkpoint saves the state of the world, to rewind to later.",
    { stacks: true },
  );
}

function others(app, worlds, changed) {
  const mine = worldName(app.client.key);
  const remove = async (one) => {
    const text = `${plural(one.monitors, "monitor")}, ${plural(one.exchanges, "exchange")} and all checkpoints of this world are lost. Its key opens a new world.`;
    if (!(await confirmed({ title: `Delete ${one.name}?`, text, action: "Delete" }))) return;
    // A world is deleted with its own key.
    const headers = { Authorization: `Bearer sp_test_${one.name}` };
    await app.client.fetch("DELETE", `sandboxes/${encodeURIComponent(one.name)}`, { headers });
    await changed();
  };
  return table(
    "Worlds",
    ["World", "Clock", "Monitors of both teams", "Exchanges", "Unused for", ""],
    worlds.map((one) => [
      element("span", { class: "mono" }, one.name),
      whole(full(one.now)),
      one.monitors,
      one.exchanges,
      whole(lasting(one.idle_seconds)),
      one.name === mine
        ? element("span", { class: "tag" }, "this one")
        : [
            button("Open", () => openWorld(`sp_test_${one.name}`), { "aria-label": `Open ${one.name}` }),
            button("Delete", () => remove(one), { "aria-label": `Delete ${one.name}` }),
          ],
    ]),
    { stacks: true },
  );
}
