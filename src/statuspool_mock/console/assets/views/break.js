/** Break it: switches for the usual faults, screenplays, and what is in force. */

import { button, element } from "../element.js";
import { card, table, whole } from "../elements/card.js";
import { DurationField } from "../elements/duration-field.js";
import { full, hour } from "../moments.js";
import { keepUp, renew } from "../refresh.js";

const SWITCHES = [
  ["Slow", "Answers take two seconds longer", { latency: { fixed_ms: 2000 } }],
  ["500", "The server fails", { status: 500 }],
  ["429", "The limit is used up; try again in 5 s", { status: 429, retry_after: 5 }],
  ["401", "The key is refused", { status: 401 }],
  ["Reset", "The connection breaks before an answer", { breakage: "reset" }],
  ["Cut off", "The answer ends in the middle", { breakage: "truncated" }],
  ["Webhooks lost", "Deliveries never leave", { mishap: "lost" }],
];
const CHANCES = [
  [1, "always"],
  [0.5, "one in two"],
  [0.1, "one in ten"],
  [0.01, "one in a hundred"],
];
const PACES = [
  ["live", "at the world's own pace"],
  ["time-lapse", "in time-lapse"],
  ["step", "step by step"],
];

export default function open({ place, app, signal }) {
  const switches = element("div", { class: "switches" });
  const active = element("div");
  const plays = element("div");
  const play = element("div");
  const chance = choice("break-chance", CHANCES);
  const lasts = new DurationField({ id: "break-for", placeholder: "until removed" });
  const pace = choice("break-pace", PACES);
  const region = element("input", { id: "break-region", placeholder: "us-east-1", size: 14, autocomplete: "off" });

  place.append(
    element("header", {}, element("h1", {}, "Break it")),
    element(
      "div",
      { class: "grid" },
      card(
        "Faults",
        { wide: true },
        element(
          "div",
          { class: "line" },
          element("label", { for: "break-chance" }, "How often"),
          chance,
          element("label", { for: "break-for" }, "For how long"),
          lasts,
        ),
        switches,
      ),
      card("In force", { wide: true, controls: [button("Remove all", () => remove())] }, active),
      card(
        "Screenplays",
        {},
        element(
          "div",
          { class: "line" },
          element("label", { for: "break-pace" }, "Played"),
          pace,
          element("label", { for: "break-region" }, "Region"),
          region,
        ),
        plays,
      ),
      card("On stage", {}, play),
      card(
        "Mutants",
        { wide: true },
        element(
          "p",
          {},
          "A mutant is a server that breaks the contract on purpose. Which ones is decided when it is started: ",
          element("code", {}, "statuspool-mock serve --mutant NAME"),
          ", and ",
          element("code", {}, "statuspool-mock mutants"),
          " lists them.",
        ),
      ),
    ),
  );

  async function refresh() {
    const [faults, screenplays, running] = await Promise.all([
      app.client.get("faults", { signal }),
      app.client.get("screenplays", { signal }),
      app.client.get("play", { signal }).catch((error) => ignoreMissing(error)),
    ]);
    await renew(switches, ...SWITCHES.map((one) => toggle(one, faults.results)), regional(running));
    await renew(active, faults.results.length ? inForce(faults.results) : empty("The API behaves."));
    await renew(plays, repertoire(screenplays.results));
    await renew(play, ...(running ? onStage(running) : [empty("Nothing is played.")]));
  }

  function toggle([name, about, fault], faults) {
    const found = faults.filter((one) => isSame(one, fault));
    const flip = async () => {
      if (found.length) await Promise.all(found.map((one) => app.client.delete(`faults/${one.id}`)));
      else await add(fault);
      await refresh();
    };
    return element(
      "div",
      { class: "switch" },
      button(name, flip, { role: "switch", "aria-checked": String(found.length > 0), "aria-label": `${name}: ${about}` }),
      element("span", { class: "hint" }, about),
    );
  }

  /** One region fails: that is no fault of the API, but a screenplay, which ends by itself. */
  function regional(running) {
    const isOn = running?.screenplays.includes("single-region") ?? false;
    const flip = async () => {
      if (isOn) await app.client.delete("play");
      else await start("single-region");
      await refresh();
    };
    const about = "The region named below fails for a while";
    return element(
      "div",
      { class: "switch" },
      button("Region down", flip, { role: "switch", "aria-checked": String(isOn), "aria-label": `Region down: ${about}` }),
      element("span", { class: "hint" }, about),
    );
  }

  async function start(name) {
    const scene = { name, ...(region.value.trim() && { region: region.value.trim() }) };
    await app.client.post("play", { scenes: [scene], pace: pace.value });
    app.toasts.done(`${name} is on.`);
    await refresh();
  }

  async function add(fault) {
    const ttl = lasts.value;
    if (ttl === undefined) return;
    await app.client.post("faults", { ...fault, probability: Number(chance.value), ...(ttl && { ttl }) });
  }

  async function remove(id = null) {
    await app.client.delete(id ? `faults/${id}` : "faults");
    await refresh();
  }

  function inForce(faults) {
    return table(
      "Faults in force",
      ["What", "Where", "How often", "Asked", "Struck", "Ends", ""],
      faults.map((one) => [
        what(one),
        [one.operation, one.method, one.role, one.monitor_id].filter(Boolean).join(", ") || "everywhere",
        whole(`${Math.round(one.probability * 1000) / 10} %`),
        one.asked,
        one.struck,
        whole(one.ends_at ? full(one.ends_at) : one.times ? `after ${one.times}` : "–"),
        button("Remove", () => remove(one.id), { "aria-label": `Remove: ${what(one)}` }),
      ]),
    );
  }

  function repertoire(screenplays) {
    return table(
      "Screenplays",
      ["Name", "What happens", ""],
      screenplays.map((one) => [
        whole(one.name),
        one.about,
        button("Play", () => start(one.name), { "aria-label": `Play ${one.name}` }),
      ]),
    );
  }

  function onStage(running) {
    const step = async () => {
      app.tell(await app.client.post("play/step"));
      await refresh();
    };
    const stop = async () => {
      await app.client.delete("play");
      await refresh();
    };
    return [
      element(
        "div",
        { class: "line" },
        element("strong", {}, running.screenplays.join(", ")),
        running.pace === "step" && button("Next scene", step, { class: "primary", icon: "next" }),
        button("Stop", stop),
      ),
      table(
        "Cues",
        ["At", "What", ""],
        running.cues.map((cue) => [whole(hour(cue.at)), cue.about, cue.done ? "done" : ""]),
      ),
    ];
  }

  keepUp(app, signal, refresh);
  return refresh;
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

function empty(text) {
  return element("p", { class: "empty" }, text);
}
