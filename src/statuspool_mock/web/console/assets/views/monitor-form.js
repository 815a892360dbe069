/** Monitors are created, edited and deleted through the API, as clients do it. */

import { confirmed, openDialog } from "../dialog.js";
import { button, element } from "../element.js";
import { choice, label } from "../elements/card.js";

const INTERVALS = [30, 60, 120, 300];
const HOSTS = "Hosts such as down.test, slow.test and flapping.test behave as they are called.";

/** Ask what a monitor is to be, and create it, or change the one that is given. */
export function editMonitor(app, monitor = null, changed = () => {}) {
  const name = field("monitor-name", monitor?.name ?? "");
  const url = field("monitor-url", monitor?.url ?? "https://perfect.test/");
  const tags = field("monitor-tags", (monitor?.tags ?? []).join(", "));
  const regions = field("monitor-regions", (monitor?.regions ?? []).join(", "));
  const interval = choice(
    { id: "monitor-interval" },
    INTERVALS.map((seconds) => [seconds, `${seconds} seconds`]),
  );
  interval.value = monitor?.interval_seconds ?? 60;
  regions.placeholder = "the usual three";
  const complaint = element("p", { class: "complaint", role: "alert", hidden: true });
  const apply = async () => {
    const body = {
      name: name.value.trim(),
      url: url.value.trim(),
      interval_seconds: Number(interval.value),
      tags: listed(tags.value),
      ...(regions.value.trim() && { regions: listed(regions.value) }),
    };
    try {
      if (monitor) await app.client.put(`../v1/monitors/${monitor.id}`, body);
      else await app.client.post("../v1/monitors", body);
    } catch (error) {
      if (error.status !== 400) throw error;
      complaint.hidden = false;
      complaint.textContent = error.message;
      return;
    }
    dialog.close();
    app.toasts.done(`${body.name} is ${monitor ? "changed" : "created"}.`);
    await changed();
  };
  const dialog = openDialog({
    title: monitor ? `Edit ${monitor.name}` : "New monitor",
    content: [
      pair("Name", name),
      pair("URL", url),
      element("p", { class: "hint" }, HOSTS),
      pair("Interval", interval),
      pair("Tags, separated by commas", tags),
      pair("Regions, separated by commas", regions),
      complaint,
    ],
    actions: [
      button(monitor ? "Apply" : "Create", apply, { class: "primary" }),
      button("Cancel", () => dialog.close()),
    ],
  });
}

/** Delete monitors once it is confirmed; resolves to whether they were. */
export async function deleteMonitors(app, monitors) {
  const [first] = monitors;
  const what = monitors.length === 1 ? first.name : `${monitors.length} monitors`;
  const text = "Their incidents and logs are gone with them.";
  if (!(await confirmed({ title: `Delete ${what}?`, text, action: "Delete" }))) return false;
  for (const { id } of monitors) await app.client.delete(`../v1/monitors/${id}`);
  app.toasts.done(`${what} deleted.`);
  return true;
}

function field(id, value) {
  return element("input", { id, value, autocomplete: "off" });
}

function pair(word, input) {
  return element("div", { class: "fields" }, label(input.id, word), input);
}

function listed(text) {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}
