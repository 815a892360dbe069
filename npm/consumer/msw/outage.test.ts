import { setupServer } from "msw/node";
import { sandboxHandlers } from "statuspool-mock/msw";
import { test as base } from "statuspool-mock/vitest";
import { expect } from "vitest";
import { headline } from "../app/headline.js";

const test = base.extend<{ handlers: void }>({
  handlers: [
    async ({ statuspool }, use) => {
      const server = setupServer(...sandboxHandlers(statuspool));
      server.listen({ onUnhandledRequest: "error" });
      await use();
      server.close();
    },
    { auto: true },
  ],
});

test("an unchanged application shows the outage of a sandbox", async ({ statuspool }) => {
  expect(await headline("the key of the real API")).toBe("All systems are up");
  const shop = await statuspool.monitors.create("Shop");
  await shop.down();
  expect(await headline("the key of the real API")).toContain("Down: Shop since");
  await statuspool.journal.verify({ operation: "listIncidents", times: 1 });
});

test("faults reach the application", async ({ statuspool }) => {
  await statuspool.faults.add({ operation: "listMonitors", breakage: "reset", times: 1 });
  expect(await headline("key")).toContain("Status unknown: Failed to fetch");
  await statuspool.faults.add({ operation: "listMonitors", status: 500, times: 1 });
  expect(await headline("key")).toMatch(/^Status unknown: /);
  expect(await headline("key")).toBe("All systems are up");
});

test("requests with a body arrive, and a key of the sandbox keeps its role", async ({
  statuspool,
}) => {
  const send = (method: string, key: string, body?: object) =>
    fetch("https://api.statuspool.io/v1/monitors", {
      method,
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const shop = { name: "Shop", url: "https://perfect.test/", interval_seconds: 60 };
  expect((await send("POST", "any key", shop)).status).toBe(201);
  expect((await send("POST", statuspool.keyAs("ro"), shop)).status).toBe(403);
  expect((await send("GET", statuspool.keyAs("revoked"))).status).toBe(401);
});
