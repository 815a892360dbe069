import { cleanup, render, screen, within } from "@testing-library/react";
import type { Sandbox } from "statuspool-mock";
import { test } from "statuspool-mock/vitest";
import { afterEach, expect } from "vitest";
import { connect } from "../src/api";
import { App } from "../src/App";

afterEach(cleanup);

const patient = { timeout: 20_000 };

function show({ url, key }: Pick<Sandbox, "url" | "key">, pollSeconds = 60): void {
  render(<App api={connect(url, key)} pollSeconds={pollSeconds} />);
}

test("all systems are operational while every service is up", async ({ statuspool }) => {
  await statuspool.monitors.create("Café — München");
  show(statuspool);
  await screen.findByText("All systems operational", {}, patient);
  const row = within(screen.getByRole("list", { name: "Services" })).getByRole("listitem");
  expect(row.textContent).toMatch(/Café — München100\.000 % in 30 days · \d+ msup/);
  expect(screen.queryByText("Open incidents")).toBeNull();
});

test("a service that is down is an outage with an open incident", async ({ statuspool }) => {
  await statuspool.monitors.create("Shop");
  const checkout = await statuspool.monitors.create("Checkout");
  await checkout.down();
  show(statuspool);
  await screen.findByText("Partial outage: 1 of 2 services are down", {}, patient);
  const incidents = screen.getByRole("region", { name: "Open incidents" });
  expect(incidents.textContent).toContain("Checkout since");
  expect(incidents.textContent).toContain("eu-central-1");
});

test("a slow service is degraded, not down", async ({ statuspool }) => {
  const search = await statuspool.monitors.create("Search");
  await search.degrade();
  show(statuspool);
  await screen.findByText("1 of 1 services are degraded", {}, patient);
});

test("the page shows the recovery without a reload", async ({ statuspool }) => {
  const shop = await statuspool.monitors.create("Shop");
  await shop.down();
  show(statuspool, 0.2);
  await screen.findByText("Major outage", {}, patient);
  await shop.release();
  await statuspool.clock.advance("1m");
  await screen.findByText("All systems operational", {}, patient);
});

test("a rate limit is shown until it is over", async ({ statuspool }) => {
  await statuspool.monitors.create("Shop");
  await statuspool.faults.add({ operation: "listMonitors", status: 429, retry_after: 1, times: 1 });
  show(statuspool);
  expect((await screen.findByRole("alert", {}, patient)).textContent).toMatch(/Too many requests/);
  await screen.findByText("All systems operational", {}, patient);
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a key that is not known shows what the API says", async ({ statuspool }) => {
  show({ url: statuspool.url, key: statuspool.keyAs("revoked") });
  expect((await screen.findByRole("alert", {}, patient)).textContent).toBe("Invalid or expired API key");
});
