import { expect } from "@jest/globals";
import { test } from "statuspool-mock/jest";

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

test.from({ scenario: "outage", seed: 3 })(
  "a sandbox starts from a scenario",
  async ({ statuspool }) => {
    expect((await statuspool.monitors.all()).length).toBeGreaterThan(1);
  },
);

test.skip("a test can be skipped", () => {
  throw new Error("this does not run");
});
