/** What can be done to a monitor: down, degraded, up again, paused; for how long and where. */

import { openDialog } from "../dialog.js";
import { button, element } from "../element.js";
import { DurationField } from "../elements/duration-field.js";

/** Return the buttons for one monitor. */
export function actionsOn(app, monitor, { words = false } = {}) {
  const { id, name, status, is_forced: isForced } = monitor;
  const path = `monitors/${id}`;
  const force = (wanted) => app.client.put(`${path}/status`, { status: wanted });
  const act = (word, icon, press) =>
    button(word, press, { icon, label: words ? null : `${word}: ${name}`, title: word, class: word.toLowerCase() });
  const down = act("Down", "down", () => force("down"));
  const degrade = act("Degrade", "degrade", () => force("degraded"));
  const isTroubled = isForced || status === "down" || status === "degraded";
  return [
    isTroubled ? act("Restore", "restore", () => restore(app, monitor)) : down,
    isTroubled && status !== "down" ? down : degrade,
    status === "paused"
      ? act("Resume", "live", () => app.client.post(`${path}/resume`))
      : act("Pause", "freeze", () => app.client.post(`${path}/pause`)),
    act("More", "more", () => askForTrouble(app, monitor)),
  ];
}

/** End what was forced; where the dice themselves have it down, force it up. */
async function restore(app, { id, is_forced: isForced }) {
  const now = isForced ? await app.client.delete(`monitors/${id}/status`) : null;
  if (!isForced || now.status === "down" || now.status === "degraded") {
    await app.client.put(`monitors/${id}/status`, { status: "up" });
  }
}

/** Ask what is to befall a monitor, where and for how long, and let it. */
function askForTrouble(app, { id, name, regions }) {
  const lasts = new DurationField({ id: "trouble-for", placeholder: "until released" });
  const boxes = regions.map((region) => element("input", { type: "checkbox", checked: true, value: region }));
  const kinds = [
    ["down", "Down"],
    ["degraded", "Degraded: slow responses"],
    ["up", "Up, without outages"],
  ].map(([value, word], index) => {
    const radio = element("input", { type: "radio", name: "trouble", value, checked: index === 0 });
    return element("label", { class: "choice" }, radio, word);
  });
  const force = async () => {
    const duration = lasts.value;
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    if (duration === undefined || chosen.length === 0) return;
    const status = dialog.querySelector("[name=trouble]:checked").value;
    const body = {
      status,
      ...(duration && { for: duration }),
      ...(chosen.length < regions.length && { regions: chosen }),
    };
    await app.client.put(`monitors/${id}/status`, body);
    dialog.close();
    app.toasts.done(`${name} is forced ${status}${duration ? ` for ${duration}` : ""}.`);
  };
  const dialog = openDialog({
    title: name,
    content: [
      element("fieldset", {}, element("legend", {}, "Status from its next check on"), kinds),
      element("label", { for: "trouble-for" }, "Duration"),
      lasts,
      element(
        "fieldset",
        {},
        element("legend", {}, "In these regions"),
        boxes.map((box) => element("label", { class: "choice" }, box, box.value)),
      ),
    ],
    actions: [button("Apply", force, { class: "primary" }), button("Cancel", () => dialog.close())],
  });
}
