/** Cards and tables: what most views are made of. */

import { element } from "../element.js";

/** Return a card with a title, and controls beside it. */
export function card(title, { wide = false, controls = [] } = {}, ...children) {
  return element(
    "section",
    { class: wide ? "card wide" : "card", "aria-label": title },
    element("header", {}, element("h2", {}, title), controls),
    children,
  );
}

/** Return a table of text and elements, in a frame that scrolls where it is too wide. */
export function table(label, titles, rows) {
  return element(
    "div",
    { class: "scrolling", tabindex: "0", role: "group", "aria-label": label },
    element(
      "table",
      {},
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          titles.map((title) =>
            element("th", { scope: "col" }, title || element("span", { class: "hidden-text" }, "Actions")),
          ),
        ),
      ),
      element(
        "tbody",
        {},
        rows.map((row) =>
          element(
            "tr",
            {},
            row.map((value) => element("td", {}, value)),
          ),
        ),
      ),
    ),
  );
}

/** Return an instant, or a figure, that is not to be broken over lines. */
export function whole(text) {
  return element("span", { class: "whole" }, text);
}
