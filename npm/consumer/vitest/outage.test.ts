import { test } from "statuspool-mock/vitest";
import { expect } from "vitest";

test("an outage has an incident", async ({ statuspool }) => {
  const shop = await statuspool.monitors.create("Shop");
  await shop.down();
  const { data } = await statuspool.api.GET("/incidents");
  expect(data?.results[0]?.monitor_id).toBe(shop.id);
});

test("the next test has a sandbox of its own on the shared server", async ({ statuspool }) => {
  expect(await statuspool.monitors.all()).toEqual([]);
  expect(statuspool.url).toBe(process.env.STATUSPOOL_MOCK_URL);
});

test.scoped({ statuspoolSandbox: { scenario: "outage", seed: 3 } });

test("a sandbox starts from a scenario", async ({ statuspool }) => {
  expect((await statuspool.monitors.all()).length).toBeGreaterThan(1);
});
