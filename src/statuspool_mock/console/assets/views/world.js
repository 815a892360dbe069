/** Every monitor of the world. */

import { element } from "../element.js";
import { since } from "../moments.js";
import { Pages } from "../pages.js";
import "../elements/status-pill.js";
import { VirtualList } from "../elements/virtual-list.js";

const ROW_HEIGHT = 56;

export default function open({ place, app, signal }) {
  const total = element("span", { class: "muted" });
  const list = new VirtualList({ render, rowHeight: () => ROW_HEIGHT, label: "Monitors" });
  const pages = new Pages((page, limit) => app.client.get("monitors", { query: { page, limit }, signal }));
  pages.addEventListener("change", () => {
    list.count = pages.total;
    total.textContent = `${pages.total} monitors`;
  });
  list.addEventListener("range", ({ detail }) => pages.want(detail.first, detail.end));
  place.append(element("header", {}, element("h1", {}, "World"), total), list);
  app.stream.addEventListener("changed", () => pages.refresh(), { signal });
  pages.refresh();

  function render(index) {
    const monitor = pages.at(index);
    if (!monitor) return element("div", { class: "row waiting" });
    const pill = element("status-pill", { status: monitor.status });
    return element(
      "div",
      { class: "row" },
      element("div", { role: "cell" }, pill),
      element("div", { role: "cell", class: "name" }, monitor.name),
      element("div", { role: "cell", class: "muted" }, monitor.tags.join(" ")),
      element("div", { role: "cell", class: "muted" }, monitor.last_check_at ? since(monitor.last_check_at, app.clock.now()) : "never"),
    );
  }
}
