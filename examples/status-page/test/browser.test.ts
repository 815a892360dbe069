// @vitest-environment node
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { build, preview, type PreviewServer } from "vite";
import { openWorld, watch } from "./world";

const executablePath =
  process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
const world = openWorld("browser");

let outDir: string;
let site: PreviewServer;
let browser: Browser;

beforeAll(async () => {
  if (!executablePath) return;
  Object.assign(process.env, {
    VITE_STATUSPOOL_URL: inject("url"),
    VITE_STATUSPOOL_KEY: `${world.key}.ro`,
    VITE_POLL_SECONDS: "0.5",
  });
  outDir = await mkdtemp(join(tmpdir(), "status-page-"));
  await build({ logLevel: "warn", build: { outDir, emptyOutDir: true } });
  site = await preview({ logLevel: "warn", build: { outDir }, preview: { host: "127.0.0.1", port: 0 } });
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await site?.close();
  if (outDir) await rm(outDir, { recursive: true });
});

test.skipIf(!executablePath)("an outage shows on the open page while it lasts", async () => {
  const shop = await watch(world.api, "Shop", "https://perfect.test/");
  await watch(world.api, "Checkout", "https://perfect.test/");
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));

  await page.goto(site.resolvedUrls!.local[0]!);
  const said = page.locator("h1");
  await said.filter({ hasText: "All systems operational" }).waitFor();
  expect(await page.locator(".services li").count()).toBe(2);

  const params = { path: { id: shop } };
  await world.control.PUT("/monitors/{id}/status", { params, body: { status: "down" } });
  await said.filter({ hasText: "Partial outage: 1 of 2 services are down" }).waitFor();
  await page.getByRole("region", { name: "Open incidents" }).filter({ hasText: "Shop since" }).waitFor();

  await world.control.DELETE("/monitors/{id}/status", { params });
  await world.control.POST("/clock/advance", { body: { by: "1m" } });
  await said.filter({ hasText: "All systems operational" }).waitFor();
  expect(errors).toEqual([]);
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true });
});
