import { access, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { startMock } from "../src/index.js";

/** The folder of the repository; scripts/check-npm sets it, and has uv and pipx on the `PATH`. */
const CLONE = process.env["STATUSPOOL_CLONE"];
const INSTALLING_MS = 300_000;

/** Return the path of a program, or `undefined`. */
async function found(name: string): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists) return path;
  }
  return undefined;
}

/** Leave one program on the `PATH`, and what the system has. */
async function only(path: string, name: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "statuspool-mock-"));
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });
  await symlink(path, join(folder, name));
  vi.stubEnv("STATUSPOOL_MOCK", "");
  vi.stubEnv("PATH", [folder, "/usr/bin", "/bin"].join(delimiter));
}

test.for(["uvx", "pipx"])(
  "the real %s runs a clone",
  { timeout: INSTALLING_MS },
  async (name, { skip }) => {
    if (CLONE === undefined) return skip("STATUSPOOL_CLONE names no clone");
    const path = await found(name);
    if (path === undefined) return skip(`${name} is not on the PATH`);
    await only(path, name);
    await using mock = await startMock({ package: CLONE, startTimeoutMs: INSTALLING_MS });
    expect(await mock.sandbox(name).monitors.all()).toEqual([]);
  },
);
