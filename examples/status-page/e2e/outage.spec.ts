import { expect, test } from "statuspool-mock/playwright";

test("an outage shows on the open page while it lasts", async ({ page, statuspool }) => {
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  const shop = await statuspool.monitors.create("Shop");
  await statuspool.monitors.create("Checkout");

  await page.goto("/");
  const headline = page.locator("h1");
  await expect(headline).toHaveText("All systems operational");
  await expect(page.getByRole("list", { name: "Services" }).getByRole("listitem")).toHaveCount(2);

  await shop.down();
  await expect(headline).toHaveText("Partial outage: 1 of 2 services are down");
  await expect(page.getByRole("region", { name: "Open incidents" })).toContainText("Shop since");

  await shop.release();
  await statuspool.clock.advance("1m");
  await expect(headline).toHaveText("All systems operational");
  expect(errors).toEqual([]);
});
