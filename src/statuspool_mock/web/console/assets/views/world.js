/** The world: every monitor, or one of them closely. */

import { element } from "../element.js";
import { address } from "../router.js";
import openBoard from "./board.js";
import openMonitor from "./monitor.js";

export default function open({ place, app, signal }) {
  const board = element("div", { class: "board" });
  const showBoard = openBoard({ place: board, app, signal });
  place.append(board);
  let closely = null;
  let back = address("world");

  return (route) => {
    const [id] = route.rest;
    if (closely && closely.id !== id) {
      closely.leaving.abort();
      closely.place.remove();
      closely = null;
    }
    board.hidden = Boolean(id);
    place.classList.toggle("closely", Boolean(id));
    if (!id) {
      back = address("world", [], Object.fromEntries(route.query));
      app.entitle("World");
      return showBoard(route);
    }
    if (closely) return null;
    const leaving = new AbortController();
    signal.addEventListener("abort", () => leaving.abort());
    closely = { id, leaving, place: element("article", { class: "monitor" }) };
    place.append(closely.place);
    return openMonitor({ place: closely.place, app, signal: leaving.signal, id, back });
  };
}
