const { expect } = require("@jest/globals");
const { setupServer } = require("msw/node");
const { RequestRefused } = require("statuspool-mock");
const { test } = require("statuspool-mock/jest");
const { sandboxHandlers } = require("statuspool-mock/msw");

test("CommonJS modules need no option of Node", async ({ statuspool }) => {
  const shop = await statuspool.monitors.create("Shop");
  await shop.down();
  const { data } = await statuspool.api.GET("/incidents");
  expect(data?.results[0]?.monitor_id).toBe(shop.id);
  await expect(statuspool.play("nope")).rejects.toThrow(RequestRefused);
});

test("the handlers for MSW can be required", async ({ statuspool }) => {
  await statuspool.monitors.create("Shop");
  const server = setupServer(...sandboxHandlers(statuspool));
  server.listen();
  const headers = { Authorization: "Bearer sp_live_key_of_the_application" };
  const response = await fetch("https://api.statuspool.io/v1/monitors", { headers });
  expect((await response.json()).results).toHaveLength(1);
  server.close();
});
