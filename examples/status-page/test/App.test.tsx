import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, expect, inject, test } from "vitest";
import { connect } from "../src/api";
import { App } from "../src/App";
import { openWorld, watch } from "./world";

afterEach(cleanup);

const patient = { timeout: 20_000 };

test("all systems are operational while every service is up", async () => {
  const { api } = openWorld("well");
  await watch(api, "Café — München", "https://perfect.test/");
  render(<App api={api} pollSeconds={60} />);
  await screen.findByText("All systems operational", {}, patient);
  const row = within(screen.getByRole("list", { name: "Services" })).getByRole("listitem");
  expect(row.textContent).toMatch(/Café — München100\.000 % in 30 days · \d+ msup/);
  expect(screen.queryByText("Open incidents")).toBeNull();
});

test("a service that is down is an outage with an open incident", async () => {
  const { api } = openWorld("down");
  await watch(api, "Shop", "https://perfect.test/");
  await watch(api, "Checkout", "https://down.test/");
  render(<App api={api} pollSeconds={60} />);
  await screen.findByText("Partial outage: 1 of 2 services are down", {}, patient);
  const incidents = screen.getByRole("region", { name: "Open incidents" });
  expect(incidents.textContent).toContain("Checkout since");
  expect(incidents.textContent).toContain("eu-central-1");
});

test("a slow service is degraded, not down", async () => {
  const { api } = openWorld("slow");
  await watch(api, "Search", "https://slow.test/");
  render(<App api={api} pollSeconds={60} />);
  await screen.findByText("1 of 1 services are degraded", {}, patient);
});

test("the page shows the recovery without a reload", async () => {
  const { api, control } = openWorld("recovers");
  const id = await watch(api, "Shop", "https://perfect.test/");
  const params = { path: { id } };
  await control.PUT("/monitors/{id}/status", { params, body: { status: "down" } });
  render(<App api={api} pollSeconds={0.2} />);
  await screen.findByText("Major outage", {}, patient);
  await control.DELETE("/monitors/{id}/status", { params });
  await control.POST("/clock/advance", { body: { by: "1m" } });
  await screen.findByText("All systems operational", {}, patient);
});

test("a rate limit is shown until it is over", async () => {
  const { api, control } = openWorld("limited");
  await watch(api, "Shop", "https://perfect.test/");
  const { response } = await control.POST("/faults", {
    body: { operation: "listMonitors", status: 429, retry_after: 1, times: 1 },
  });
  expect(response.status).toBe(201);
  render(<App api={api} pollSeconds={60} />);
  expect((await screen.findByRole("alert", {}, patient)).textContent).toMatch(/Too many requests/);
  await screen.findByText("All systems operational", {}, patient);
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a key that is not known shows what the API says", async () => {
  const { key } = openWorld("gone");
  render(<App api={connect(inject("url"), `${key}.revoked`)} pollSeconds={60} />);
  expect((await screen.findByRole("alert", {}, patient)).textContent).toBe("Invalid or expired API key");
});
