import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    url: string;
    controlUrl: string;
  }
}

/** Start one mock for all tests; each test opens a sandbox of its own. */
export default async function ({ provide }: TestProject) {
  const command = process.env.STATUSPOOL_MOCK ?? "statuspool-mock";
  const mock = spawn(command, ["serve", "--scenario", "empty", "--port", "0", "--ready-json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await Promise.race([
    once(createInterface(mock.stdout), "line"),
    once(mock, "close").then(() => Promise.reject(new Error(`${command} did not start`))),
  ]);
  const ready = JSON.parse(line);
  provide("url", ready.url);
  provide("controlUrl", ready.control_url);
  return async () => {
    const ended = once(mock, "close");
    mock.kill("SIGINT");
    await ended;
  };
}
