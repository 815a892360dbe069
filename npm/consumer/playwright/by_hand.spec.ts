// The same test as in outage.spec.ts with Playwright alone; the documentation compares the two.
import { expect, test } from "@playwright/test";

test("an outage is shown", async ({ page }) => {
  const headers = { "Access-Control-Allow-Origin": "*" };
  const id = "4f2a8c1e-9b3d-47e1-aa5f-0d6c8e21b907";
  const monitor = { id, name: "Shop", url: "https://perfect.test/", status: "down" };
  const incident = {
    id: "9d1f3b7a-2c4e-4f60-8a1b-5e6d7c8f9a0b",
    monitor_id: id,
    started_at: "2025-01-15T09:42:11Z",
    resolved_at: null,
  };
  await page.route("https://api.statuspool.io/v1/monitors?*", (route) =>
    route.fulfill({ headers, json: { results: [monitor], page: 1, total_pages: 1 } }),
  );
  await page.route("https://api.statuspool.io/v1/incidents?*", (route) =>
    route.fulfill({ headers, json: { results: [incident], page: 1, total_pages: 1 } }),
  );
  await page.goto("/");
  await expect(page.getByRole("heading")).toContainText("Down: Shop since");
});
