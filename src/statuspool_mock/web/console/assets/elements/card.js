/** Cards, forms, tables and texts: what most views are made of. */

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

/** Return cards beside each other, as far as there is room. */
export function grid(...cards) {
  return element("div", { class: "grid" }, cards);
}

/** Return controls on one line, as far as there is room. */
export function line(...parts) {
  return element("div", { class: "line" }, parts);
}

/** Return the same as a form: `submit` is called for it, and the page stays. */
export function form(submit, ...parts) {
  const press = (event) => {
    event.preventDefault();
    submit();
  };
  return element("form", { class: "line", novalidate: true, on: { submit: press } }, parts);
}

/** Return a choice of one value among pairs of value and word. */
export function choice(attributes, options) {
  return element(
    "select",
    attributes,
    options.map(([value, word]) => element("option", { value }, word)),
  );
}

/** Return a field with its name before it, which stay on one line. */
export function named(id, text, field) {
  return element("span", { class: "pair" }, label(id, text), field);
}

/** Return a field's name, to stand before it. */
export function label(id, text) {
  return element("label", { for: id }, text);
}

/**
 * Return a table of text and elements, in a frame that scrolls where it is too wide. With `stacks`, each row
 * becomes a block of lines on a narrow screen.
 */
export function table(label, titles, rows, { stacks = false } = {}) {
  const role = (name) => (stacks ? { role: name } : {}); // blocks are no table without it
  const head = titles.map((title) =>
    element(
      "th",
      { scope: "col", ...role("columnheader") },
      title || element("span", { class: "hidden-text" }, "Actions"),
    ),
  );
  const cells = (row) =>
    row.map((value, index) => element("td", { ...role("cell"), data: { title: titles[index] } }, value));
  return element(
    "div",
    { class: stacks ? "scrolling stacks" : "scrolling", tabindex: "0", role: "group", "aria-label": label },
    element(
      "table",
      role("table"),
      element("thead", role("rowgroup"), element("tr", role("row"), head)),
      element(
        "tbody",
        role("rowgroup"),
        rows.map((row) => element("tr", role("row"), cells(row))),
      ),
    ),
  );
}

/** Return a table, or what is to be said where it would be empty. */
export function listing(label, titles, rows, none, options) {
  return rows.length ? table(label, titles, rows, options) : empty(none);
}

/** Return what is said where there is nothing to show. */
export function empty(...text) {
  return element("p", { class: "empty" }, text);
}

/** Return text as it came, line by line. */
export function verbatim(label, text) {
  return element("pre", { tabindex: "0", role: "group", "aria-label": label }, text);
}

/** Return an instant, or a figure, that is not to be broken over lines. */
export function whole(text) {
  return element("span", { class: "whole" }, text);
}
