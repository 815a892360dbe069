import { expect, test } from "statuspool-mock/playwright";

test("an outage is shown", async ({ page, statuspool }) => {
  const shop = await statuspool.monitors.create("Shop");
  await shop.down();
  await page.goto("/");
  await expect(page.getByRole("heading")).toContainText("Down: Shop since");
});
