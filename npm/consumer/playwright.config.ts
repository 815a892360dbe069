import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const executablePath =
  process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
const port = process.env.PORT ?? "4750";

export default defineConfig({
  testDir: "playwright",
  globalSetup: "statuspool-mock/setup",
  fullyParallel: true,
  workers: 2,
  reporter: "line",
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: ["--no-sandbox", "--disable-gpu"],
    },
  },
  webServer: {
    command: "node app/serve.js",
    env: { PORT: port },
    url: `http://127.0.0.1:${port}/`,
  },
});
