/** Makes elements. Text stays text: nothing here, or anywhere in the console, parses markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Return an HTML element. `attributes` may hold `on` (listeners by event), `style` (set through the
 * CSSOM, as the page's policy wants) and `data`; true is an empty attribute, null and false are none.
 */
export function element(tag, attributes = {}, ...children) {
  return furnished(document.createElement(tag), attributes, children);
}

/** Return an SVG element; see `element`. */
export function drawn(tag, attributes = {}, ...children) {
  return furnished(document.createElementNS(SVG, tag), attributes, children);
}

function furnished(made, { on = {}, style = {}, data = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "value" || name === "checked") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  for (const [name, value] of Object.entries(style)) made.style.setProperty(name, value);
  Object.assign(made.dataset, data);
  for (const [event, listener] of Object.entries(on)) made.addEventListener(event, listener);
  made.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return made;
}

/** Return a button; `icon` stands before its text, or alone where there is a `label` instead. */
export function button(text, press, { icon = null, label = null, ...attributes } = {}) {
  return element(
    "button",
    { type: "button", "aria-label": label, title: label, ...attributes, on: { click: press } },
    icon && pictogram(icon),
    text && element("span", {}, text),
  );
}

const STROKES = {
  world: "M3 12h4l2.5-7 4 14 2.5-7h5",
  time: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5V12l3 2.5",
  webhooks: "M8.5 8.5a3.5 3.5 0 1 1 5.2 3L11 16m4.5-.5a3.5 3.5 0 1 1-1.6 3.5H8m-.5-6.5A3.5 3.5 0 1 0 9 19",
  traffic: "M7 4v16m0 0-3-3m3 3 3-3M17 20V4m0 0-3 3m3-3 3 3",
  break: "M13 2 5 13.5h6L10 22l9-12h-6.5L13 2Z",
  state:
    "M4 7c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3Zm0 0v10c0 1.7 3.6 3 8 3s8-1.3 8-3V7M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  freeze: "M8 5v14M16 5v14",
  live: "M7 4.5v15l12-7.5-12-7.5Z",
  fast: "M4 5v14l8-7-8-7Zm9 0v14l8-7-8-7Z",
  next: "M5 4.5v15l10-7.5L5 4.5ZM19 5v14",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm5 11.5L21 21",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm0-6v2m0 16v2M4.9 4.9l1.4 1.4m11.4 11.4 1.4 1.4M2 12h2m16 0h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z",
  key: "M14.5 4a5.5 5.5 0 1 0-4.9 8L4 17.6V20h2.4l.8-.8v-2h2v-2h2l1-1A5.5 5.5 0 0 0 14.5 4Zm1.5 4h.01",
  help: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4m0 3.5v.01M12 2.8a9.2 9.2 0 1 0 0 18.4 9.2 9.2 0 0 0 0-18.4Z",
  down: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5v9m0 0 3.7-3.7M12 16.5l-3.7-3.7",
  degrade: "M12 4 3 20h18L12 4Zm0 6v4.5m0 3v.01",
  restore: "M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5",
  copy: "M9 9h11v11H9V9ZM5 15H4V4h11v1",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  more: "M5 12h.01M12 12h.01M19 12h.01",
};

/** Return one of the console's icons. It says nothing to a screen reader: give its place a name. */
export function pictogram(name) {
  return drawn(
    "svg",
    { class: "pictogram", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    drawn("path", { d: STROKES[name] }),
  );
}
