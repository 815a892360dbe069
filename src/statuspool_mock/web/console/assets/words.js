/** Words that depend on a number. */

/** Return `1 region`, `2 regions`. */
export function plural(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
