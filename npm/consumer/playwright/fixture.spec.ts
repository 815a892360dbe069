import { expect, test } from "statuspool-mock/playwright";

test("the page shows the recovery, and asked as often as expected", async ({
  page,
  statuspool,
}) => {
  const shop = await statuspool.monitors.create("Shop");
  await shop.down({ for: "10m" });
  await page.goto("/");
  await expect(page.getByRole("heading")).toContainText("Down: Shop");
  await statuspool.clock.advance("30m");
  await page.getByRole("button").click();
  await expect(page.getByRole("heading")).toHaveText("All systems are up");
  await statuspool.journal.verify({
    operation: "listMonitors",
    query: { status: "down" },
    times: 2,
  });
  await statuspool.journal.verify({ operation: "listIncidents", times: 1 });
});

for (const number of [1, 2, 3, 4]) {
  test(`each test has a sandbox of its own, on one server: ${number}`, async ({
    page,
    statuspool,
  }) => {
    expect(statuspool.url).toBe(process.env.STATUSPOOL_MOCK_URL);
    expect(await statuspool.monitors.all()).toEqual([]);
    expect((await statuspool.clock.read()).mode).toBe("frozen");
    await (await statuspool.monitors.create(`Shop ${number}`)).down();
    await page.goto("/");
    await expect(page.getByRole("heading")).toContainText(`Down: Shop ${number} since`);
  });
}

test("faults reach the page", async ({ page, statuspool }) => {
  await statuspool.faults.add({ operation: "listMonitors", status: 429, times: 1 });
  await page.goto("/");
  await expect(page.getByRole("heading")).toHaveText(/Status unknown: .*(rate|many)/i);
  await statuspool.faults.add({ operation: "listMonitors", breakage: "reset", times: 1 });
  await page.getByRole("button").click();
  await expect(page.getByRole("heading")).toHaveText("Status unknown: Failed to fetch");
  await page.getByRole("button").click();
  await expect(page.getByRole("heading")).toHaveText("All systems are up");
});

test("a page can write; without a key it gets 401", async ({ page, statuspool }) => {
  await page.goto("/");
  const statuses = await page.evaluate(async () => {
    const api = "https://api.statuspool.io/v1";
    const headers = { Authorization: "Bearer x", "Content-Type": "application/json" };
    const body = JSON.stringify({
      name: "Shop",
      url: "https://perfect.test/",
      interval_seconds: 60,
    });
    const created = await fetch(`${api}/monitors`, { method: "POST", headers, body });
    const { id } = await created.json();
    const deleted = await fetch(`${api}/monitors/${id}`, { method: "DELETE", headers });
    const without = await fetch(`${api}/monitors`);
    return [created.status, deleted.status, without.status];
  });
  expect(statuses).toEqual([201, 204, 401]);
  await statuspool.journal.verify({ operation: "createMonitor", times: 1 });
});

test.describe("with a scenario", () => {
  test.use({ statuspoolSandbox: { scenario: "outage", seed: 3 } });

  test("a sandbox starts from it", async ({ page, statuspool }) => {
    expect((await statuspool.monitors.all()).length).toBeGreaterThan(1);
    await page.goto("/");
    await expect(page.getByRole("heading")).toContainText("Down: ");
  });
});

test.fail("problems in the background fail a test", async ({ statuspool }) => {
  await statuspool.monitors.create("Shop");
  await statuspool.webhooks.register({ url: "https://elsewhere.example.com/hook" });
  await statuspool.webhooks.trigger("sla_breach");
});
