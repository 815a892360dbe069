import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { connect, startMock } from "../src/index.js";

const PROGRAM = fileURLToPath(new URL("starts_a_mock.mjs", import.meta.url));

/** Start a program that starts a mock; return it and the URL of the mock. */
async function starting(how: string): Promise<{ program: ChildProcess; url: string }> {
  const program = spawn(process.execPath, [PROGRAM, how], { stdio: ["ignore", "pipe", "ignore"] });
  const started = once(createInterface(program.stdout), "line");
  const ended = once(program, "exit").then(() => started);
  const [url] = await Promise.race([started, ended]);
  return { program, url: String(url) };
}

async function isGone(url: string): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answers = await fetch(url).then(
      () => true,
      () => false,
    );
    if (!answers) return true;
    await sleep(50);
  }
  return false;
}

test.each(["SIGKILL", "SIGTERM"] as const)("no server outlives a %s", async (signal) => {
  const { program, url } = await starting("waits");
  program.kill(signal);
  expect(await isGone(url)).toBe(true);
});

test.each(["ends", "crashes"])("no server outlives a program that %s", async (how) => {
  const { program, url } = await starting(how);
  await once(program, "exit");
  expect(await isGone(url)).toBe(true);
});

test("a server that was connected to is left running, one that was started is stopped", async () => {
  await using mock = await startMock();
  const connected = await connect(mock.url);
  await connected.close();
  expect((await connect(mock.controlUrl)).url).toBe(mock.url);
  await mock.close();
  expect(await isGone(mock.url)).toBe(true);
  await mock.close();
});
