/** The log of one monitor, newest first: by region, failures only, page by page. */

import { button, element } from "../element.js";
import { card, empty, table, whole } from "../elements/card.js";
import { full } from "../moments.js";
import { inOrder, renew } from "../refresh.js";

const ROWS = 20;

export function logCard(ask) {
  const place = element("div");
  const region = element(
    "select",
    { "aria-label": "Region" },
    element("option", { value: "" }, "All regions"),
  );
  const failed = element("input", { type: "checkbox", id: "log-failed" });
  const where = element("span", { class: "number" });
  const newer = button("Newer", () => turn(-1), { icon: "back" });
  const older = button("Older", () => turn(1), { icon: "forward" });
  let page = 1;
  const first = () => turn(1 - page);
  region.addEventListener("change", first);
  failed.addEventListener("change", first);

  const look = async () => {
    const query = { region: region.value, failed: failed.checked || null, page, limit: ROWS };
    return { page, ...(await ask("checks", query)) };
  };
  const show = inOrder(look, ({ page, results, total, total_pages: pages }) => {
    newer.disabled = page <= 1;
    older.disabled = page >= pages;
    where.textContent = total
      ? `${total.toLocaleString("en")} rows, page ${page} of ${pages.toLocaleString("en")}`
      : "";
    if (!total) return renew(place, empty("No rows match."));
    return renew(
      place,
      table(
        "Log",
        ["Time", "Region", "Status", "Response", "Error"],
        results.map((row) => [
          whole(full(row.timestamp)),
          whole(row.region),
          String(row.status_code),
          whole(`${row.response_time_ms} ms`),
          row.error_message ? element("span", { class: "until" }, row.error_message) : "",
        ]),
        { stacks: true },
      ),
    );
  });

  function turn(by) {
    page = Math.max(1, page + by);
    return show();
  }

  return {
    card: card(
      "Log",
      {
        wide: true,
        controls: [region, element("label", { class: "choice", for: "log-failed" }, failed, "Failures only")],
      },
      place,
      element("div", { class: "pager" }, where, newer, older),
    ),
    show(monitor) {
      const regions = [...new Set(monitor.epochs.flatMap((epoch) => epoch.regions))];
      if (region.options.length !== regions.length + 1) {
        const chosen = region.value;
        region.replaceChildren(
          element("option", { value: "" }, "All regions"),
          ...regions.map((one) => element("option", { value: one }, one)),
        );
        region.value = chosen;
      }
      return show();
    },
  };
}
