import { accepted, type Address, controlClient } from "./calls.js";
import { type FailedAttempt, ServerNotStarted } from "./errors.js";
import { type Launcher, launchers, type LaunchOptions, leftOut } from "./launchers.js";
import { reasonOf } from "./reasons.js";
import { openSandbox, Sandbox, type SandboxOptions } from "./sandbox.js";
import { ServerProcess } from "./server_process.js";

const START_TIMEOUT_MS = 120_000;

/** The options of a server that is started. */
export interface MockOptions extends LaunchOptions {
  /** The name of a scenario or the path of a scenario file (default: `empty`). */
  readonly scenario?: string;
  /** The seed of outages and response times (default: 1). */
  readonly seed?: number;
  /** `live`, an instant to freeze the clock at, or `x60`; by default as the scenario says. */
  readonly clock?: string;
  /** Requests per minute for each key; by default 120, and off while the clock is frozen. */
  readonly rateLimit?: number | "off";
  /** Further options of `statuspool-mock serve`, such as `["--strict"]`. */
  readonly arguments?: readonly string[];
  /** How long to wait until the server is ready, in milliseconds (default: two minutes). */
  readonly startTimeoutMs?: number;
}

/** The options of a connection to a running server. */
export interface ConnectOptions {
  /** The token of its control plane (default: the variable `STATUSPOOL_CONTROL_TOKEN`). */
  readonly token?: string;
}

/** A running mock. */
export class Mock implements AsyncDisposable {
  /** The base URL of the API. */
  readonly url: string;

  constructor(
    private readonly address: Address,
    private readonly process?: ServerProcess,
  ) {
    this.url = `${address.root}/v1`;
  }

  /** The root URL of the server. */
  get controlUrl(): string {
    return this.address.root;
  }

  /** The token of its control plane, if it has one. */
  get token(): string | undefined {
    return this.address.token;
  }

  /** Return the sandbox with this name. The first request opens it. */
  sandbox(name: string): Sandbox {
    return new Sandbox(this.address, name);
  }

  /** Open a new sandbox under a random name, with a frozen clock. */
  newSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
    return openSandbox(this.address, options);
  }

  /** Stop the server if it was started by {@link startMock}. */
  async close(): Promise<void> {
    await this.process?.stop();
  }

  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Find and start a server on a free port, and wait until it is ready. It ends with this process,
 * also if that is killed.
 *
 * @throws ServerNotStarted with everything that was tried.
 */
export async function startMock(options: MockOptions = {}): Promise<Mock> {
  const failed: FailedAttempt[] = [];
  for (const launcher of await launchers(options, process.env)) {
    try {
      return await started(launcher, options);
    } catch (error) {
      failed.push({ what: launcher.what, reason: reasonOf(error) });
    }
  }
  throw new ServerNotStarted(failed, leftOut(options, process.env));
}

async function started(launcher: Launcher, options: MockOptions): Promise<Mock> {
  const { startTimeoutMs = START_TIMEOUT_MS } = options;
  const server = await ServerProcess.start(launcher, serveArguments(options), startTimeoutMs);
  return new Mock(address(server.ready.control_url, launcher.token), server);
}

/** Return the arguments of `statuspool-mock serve` for some options. */
export function serveArguments(options: MockOptions): string[] {
  const { scenario = "empty", seed, clock, rateLimit } = options;
  const named = { scenario, seed, clock, "rate-limit": rateLimit };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return [
    ...given.flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...(options.arguments ?? []),
  ];
}

/**
 * Connect to a running server.
 *
 * @param url - The base URL of its API or its root URL.
 * @throws ServerUnreachable, or RequestRefused if its control plane is closed.
 */
export async function connect(url: string, { token }: ConnectOptions = {}): Promise<Mock> {
  const there = address(url.replace(/\/+$/, "").replace(/\/v1$/, ""), token);
  await accepted(controlClient(there).GET("/health"));
  return new Mock(there);
}

function address(root: string, token?: string): Address {
  const known = token ?? (process.env["STATUSPOOL_CONTROL_TOKEN"] || undefined);
  return known === undefined ? { root } : { root, token: known };
}
