import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Launcher } from "./launchers.js";
import { codeOf, reasonOf } from "./reasons.js";

const MOST_ERROR_CHARACTERS = 4000;
const STOP_MS = 10_000;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** What a server prints with `--ready-json`. */
export interface Ready {
  readonly url: string;
  readonly control_url: string;
  readonly pid: number;
  readonly keys: readonly string[];
}

/**
 * A server in a process of its own.
 *
 * It stops when its standard input ends, which is a pipe of this process: so it does not outlive
 * this process, however that ends. It does not keep this process running either.
 */
export class ServerProcess {
  private constructor(
    private readonly child: Child,
    readonly ready: Ready,
  ) {}

  /**
   * Start a server and wait until it is ready.
   *
   * @throws Error that says why it did not start.
   */
  static async start(
    launcher: Launcher,
    options: readonly string[],
    timeoutMs: number,
  ): Promise<ServerProcess> {
    const child = spawn(
      launcher.program,
      [
        ...launcher.arguments,
        "--port",
        String(launcher.port),
        "--ready-json",
        "--exit-on-stdin-eof",
        ...options,
      ],
      { env: { ...process.env, ...launcher.environment }, stdio: "pipe", windowsHide: true },
    );
    child.stdin.on("error", () => undefined); // the server may have ended already
    try {
      const ready = await readyOf(child, timeoutMs);
      child.stderr.pipe(process.stderr, { end: false });
      setKeepsProcessRunning(child, false);
      return new ServerProcess(child, ready);
    } catch (error) {
      await stop(child);
      throw error;
    }
  }

  /** Stop the server and wait until it has ended. */
  async stop(): Promise<void> {
    setKeepsProcessRunning(this.child, true);
    await stop(this.child);
  }
}

async function stop(child: Child): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.stdin.end();
  const waiting = new AbortController();
  const late = sleep(STOP_MS, undefined, { signal: waiting.signal }).then(
    () => child.kill("SIGKILL"),
    () => undefined,
  );
  await exited;
  waiting.abort();
  await late;
}

async function readyOf(child: Child, timeoutMs: number): Promise<Ready> {
  const errors = tailOf(child.stderr);
  const waiting = new AbortController();
  const line = once(createInterface(child.stdout), "line", { signal: waiting.signal });
  const failed = once(child, "close", { signal: waiting.signal }); // rejects if it cannot be spawned
  const late = sleep(timeoutMs, undefined, { signal: waiting.signal });
  try {
    const outcome = await Promise.race([
      line.then(([text]) => parsedReady(String(text))),
      failed.then(([code, signal]) => `it ended with ${signal ?? `exit code ${code}`}`),
      late.then(() => `it was not ready within ${timeoutMs / 1000} seconds`),
    ]);
    if (typeof outcome !== "string") return outcome;
    throw new Error([outcome, errors.text().trim()].filter((part) => part !== "").join(": "));
  } catch (error) {
    throw codeOf(error) === "ENOENT" ? new Error("there is no such program") : error;
  } finally {
    for (const each of [line, failed, late]) each.catch(() => undefined);
    errors.end();
    waiting.abort();
  }
}

/** Return what a ready line says, or why it is none. */
export function parsedReady(line: string): Ready | string {
  try {
    const value: unknown = JSON.parse(line);
    if (isReady(value)) return value;
  } catch (error) {
    return `it printed ${JSON.stringify(line.slice(0, 200))} instead of its address (${reasonOf(error)})`;
  }
  return `it printed ${line.slice(0, 200)} instead of its address`;
}

function isReady(value: unknown): value is Ready {
  if (typeof value !== "object" || value === null) return false;
  const { url, control_url, pid, keys } = value as Partial<Record<keyof Ready, unknown>>;
  const areTexts = typeof url === "string" && typeof control_url === "string";
  return areTexts && typeof pid === "number" && Array.isArray(keys);
}

/** Keep the end of a stream until `end` is called. */
function tailOf(stream: Readable): { text: () => string; end: () => void } {
  let kept = "";
  const keep = (piece: Buffer): void => {
    kept = (kept + piece.toString()).slice(-MOST_ERROR_CHARACTERS);
  };
  stream.on("data", keep);
  return { text: () => kept, end: () => stream.off("data", keep) };
}

function setKeepsProcessRunning(child: Child, keeps: boolean): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    if (stream instanceof Socket) keeps ? stream.ref() : stream.unref();
  }
  keeps ? child.ref() : child.unref();
}
