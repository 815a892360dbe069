/** A button that is on or off, with what it does beside it. */

import { button, element } from "../element.js";

export function toggle(name, about, isOn, flip) {
  const attributes = { role: "switch", "aria-checked": String(isOn), "aria-label": `${name}: ${about}` };
  return element(
    "div",
    { class: "switch" },
    button(name, flip, attributes),
    element("span", { class: "hint" }, about),
  );
}
