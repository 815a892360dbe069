/** The page that is shown where the control plane is closed to this browser. */

import { element } from "./element.js";
import { card, verbatim } from "./elements/card.js";

const WAYS = [
  [
    "On the machine of the server",
    "Open the console there, at an address of that machine such as 127.0.0.1. A server that listens there only needs no token.",
    "statuspool-mock serve --host 127.0.0.1",
  ],
  [
    "From other machines",
    "Start the server with a token. This page then asks for it.",
    "STATUSPOOL_CONTROL_TOKEN=… statuspool-mock serve --host 0.0.0.0",
  ],
];

/** Return the page; `reason` is the server's. */
export function closedPage(reason) {
  return element(
    "div",
    { class: "view closed" },
    element("header", {}, element("h1", {}, "The control plane is closed")),
    element("p", {}, reason),
    element(
      "p",
      { class: "hint" },
      "The console works through the control plane. The API under /v1 is not affected.",
    ),
    WAYS.map(([title, about, command]) =>
      card(title, {}, element("p", {}, about), verbatim(title, command)),
    ),
  );
}
