/** What is shown of the past: all of it, or what happened lately on the clock of the sandbox. */

import { choice } from "./elements/card.js";

const SPANS = [
  ["", "Any time"],
  ["300", "Last 5 minutes"],
  ["3600", "Last hour"],
  ["86400", "Last day"],
];

/** Return a choice of how much is shown. Its `since` is an instant in ISO 8601, or empty. */
export function timeFilter(app, changed) {
  const field = choice({ "aria-label": "Time", on: { input: changed } }, SPANS);
  const since = () => new Date(Math.floor(app.clock.now() / 1000 - Number(field.value)) * 1000).toISOString();
  return { field, since: () => (field.value ? since() : "") };
}
