import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const executablePath =
  process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
const port = process.env.PORT ?? "4173";

// The page is built as it is for production, with the address of the real API.
export default defineConfig({
  testDir: "e2e",
  globalSetup: "statuspool-mock/setup",
  reporter: "line",
  timeout: 60_000,
  expect: { timeout: 20_000 },
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: ["--no-sandbox", "--disable-gpu"],
    },
  },
  webServer: {
    command: `vite build --logLevel warn && vite preview --host 127.0.0.1 --port ${port} --strictPort`,
    env: { VITE_STATUSPOOL_URL: "https://api.statuspool.io/v1", VITE_POLL_SECONDS: "0.5" },
    url: `http://127.0.0.1:${port}/`,
    timeout: 120_000,
  },
});
