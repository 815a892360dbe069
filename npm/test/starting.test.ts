import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { connect, ServerNotStarted, ServerUnreachable, startMock } from "../src/index.js";

/** A program that runs some JavaScript instead of a server. */
const program = (script: string) => ({ command: [process.execPath, "-e", script, "--"] });

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Put a program on the `PATH` that drops its first arguments and starts the server with the others. */
async function stub(name: string, dropped: number): Promise<void> {
  const server = process.env["STATUSPOOL_MOCK"] ?? "statuspool-mock";
  const folder = await mkdtemp(join(tmpdir(), "statuspool-mock-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const script = `#!/bin/sh\nshift ${dropped}\n[ "$1" = serve ] || set -- serve "$@"\nexec "${server}" "$@"\n`;
  await writeFile(join(folder, name), script, { mode: 0o755 });
  vi.stubEnv("STATUSPOOL_MOCK", "");
  vi.stubEnv("PATH", [folder, "/usr/bin", "/bin"].join(delimiter));
}

async function messageOf(start: Promise<unknown>): Promise<string> {
  const error: unknown = await start.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ServerNotStarted);
  return (error as ServerNotStarted).message;
}

test("the error names everything that was tried, and what was not", async () => {
  vi.stubEnv("PATH", "/nowhere");
  vi.stubEnv("STATUSPOOL_MOCK", "");
  expect(await messageOf(startMock({ package: "/clone" }))).toBe(
    [
      "statuspool-mock could not be started. Tried:",
      "  statuspool-mock: there is no such program",
      "  uvx --from /clone: there is no such program",
      "  pipx run --spec /clone: there is no such program",
      "  docker, podman: not tried; name an image with `image` or STATUSPOOL_MOCK_IMAGE",
    ].join("\n"),
  );
});

test("a server that ends at once says what it printed on stderr", async () => {
  const ends = program("console.error('port 4747 is in use'); process.exitCode = 2");
  expect(await messageOf(startMock(ends))).toContain(
    "it ended with exit code 2: port 4747 is in use",
  );
});

test("a program that prints something else is none", async () => {
  const chatty = program(
    "console.log('hello'); setInterval(() => {}, 1000); process.stdin.on('end', process.exit).resume()",
  );
  expect(await messageOf(startMock(chatty))).toContain('it printed "hello" instead of its address');
  const other = program(
    "console.log('{}'); setInterval(() => {}, 1000); process.stdin.on('end', process.exit).resume()",
  );
  expect(await messageOf(startMock(other))).toContain("it printed {} instead of its address");
});

test("a server that is not ready in time is stopped", async () => {
  const silent = program("process.stdin.on('end', process.exit).resume()");
  expect(await messageOf(startMock({ ...silent, startTimeoutMs: 300 }))).toContain(
    "it was not ready within 0.3 seconds",
  );
});

test("an option that the server refuses is named", async () => {
  expect(await messageOf(startMock({ scenario: "nope" }))).toContain("scenario 'nope': is none of");
});

test("a package is run with uvx", async () => {
  await stub("uvx", ["--from", "/clone", "statuspool-mock"].length);
  await using mock = await startMock({ package: "/clone" });
  expect(await mock.sandbox("uvx").monitors.all()).toEqual([]);
});

test("an image is run with docker, and its control plane opened with a token", async () => {
  await stub("docker", ["run", "--rm", "-i", "-p", "PORTS", "-e", "NAME", "mock:1"].length);
  await using mock = await startMock({ image: "mock:1" });
  expect(await mock.sandbox("docker").monitors.all()).toEqual([]);
  const { token = "" } = mock;
  expect(token).toMatch(/^[0-9a-f]{48}$/);
  await expect(connect(mock.url)).rejects.toThrow("requires a token");
  expect((await connect(mock.url, { token })).token).toBe(token);
});

test("connecting where no mock runs says so", async () => {
  await expect(connect("http://127.0.0.1:9/v1")).rejects.toThrow(ServerUnreachable);
});
