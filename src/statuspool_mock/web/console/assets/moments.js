/** Instants and durations as people read them. Instants are in UTC, as the API writes them. */

const TWO = (number) => String(number).padStart(2, "0");

/** Return `2026-11-23`. */
export function day(instant) {
  const at = new Date(instant);
  return `${at.getUTCFullYear()}-${TWO(at.getUTCMonth() + 1)}-${TWO(at.getUTCDate())}`;
}

/** Return `18:05:09`. */
export function hour(instant) {
  const at = new Date(instant);
  return `${TWO(at.getUTCHours())}:${TWO(at.getUTCMinutes())}:${TWO(at.getUTCSeconds())}`;
}

/** Return `2026-11-23 18:05:09`. */
export function full(instant) {
  return `${day(instant)} ${hour(instant)}`;
}

/** Return a duration in its two largest units: `2h 5m`, `40s`. */
export function lasting(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / 86400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "m"],
    [whole % 60, "s"],
  ].filter(([amount]) => amount > 0);
  return (
    parts
      .slice(0, 2)
      .map(([amount, unit]) => amount + unit)
      .join(" ") || "0s"
  );
}

/** Return how long ago an instant was, `12s ago`, or how far off it is, `in 5m`. */
export function since(instant, now) {
  const seconds = (now - Date.parse(instant)) / 1000;
  return seconds < 0 ? `in ${lasting(-seconds)}` : `${lasting(seconds)} ago`;
}

const STEPS = [60, 300, 600, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800].map(
  (step) => step * 1000,
);

/** Return round instants for an axis, at most so many, and how to write them. */
export function roundInstants(from, to, most) {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? STEPS.at(-1);
  const first = Math.ceil(from / step) * step;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  const write = step >= STEPS[9] ? (at) => day(at).slice(5) : (at) => hour(at).slice(0, 5);
  return Array.from({ length: count }, (_, number) => ({
    at: first + number * step,
    word: write(first + number * step),
  }));
}
