import { randomBytes } from "node:crypto";
import { Breakpoints } from "./breakpoints.js";
import {
  accepted,
  type Address,
  type ApiClient,
  apiClient,
  type ControlClient,
  controlClient,
} from "./calls.js";
import { Checkpoints } from "./checkpoints.js";
import { Clock } from "./clock.js";
import { BackgroundProblems, MockError } from "./errors.js";
import { type EventOptions, type SandboxEvent, streamEvents } from "./events.js";
import { Faults } from "./faults.js";
import { Journal } from "./journal.js";
import { Monitors } from "./monitors.js";
import { type ProblemKind, problemsOf } from "./problems.js";
import type { ClockState, Moved, OutageScript, Play, ScriptRequest, Snapshot } from "./types.js";
import { Webhooks } from "./webhooks.js";

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** What a key may do in its sandbox, or why it opens none. */
export type KeyRole = "ro" | "rival" | "revoked" | "expired";

/** What a sandbox starts from: the name of a scenario of the mock, and the seed of its outages. */
export interface SandboxOptions {
  readonly scenario?: string;
  readonly seed?: number;
}

/** How outage scripts are played. */
export interface PlayOptions {
  readonly seed?: number;
  /** `live` leaves the clock as it is, `time-lapse` makes it run faster, `step` freezes it. */
  readonly pace?: "live" | "time-lapse" | "step";
  /** The rate of the clock for `time-lapse`. */
  readonly rate?: number;
}

/** One sandbox: control of it, and what a client of the API needs to use it. */
export class Sandbox {
  /** The API key that opens it. */
  readonly key: string;
  /** The base URL of the API. */
  readonly url: string;
  /** The headers that a client must send. */
  readonly headers: Readonly<Record<string, string>>;
  /** A typed client of the API, with the key. */
  readonly api: ApiClient;
  /** A typed client of the control plane, for what the methods here do not cover. */
  readonly control: ControlClient;
  readonly clock: Clock;
  readonly monitors: Monitors;
  readonly faults: Faults;
  readonly breakpoints: Breakpoints;
  readonly journal: Journal;
  readonly webhooks: Webhooks;
  readonly checkpoints: Checkpoints;
  private readonly tolerated = new Set<ProblemKind>();

  /** @throws MockError if the name is none of a sandbox. */
  constructor(
    private readonly address: Address,
    readonly name: string,
  ) {
    if (!NAME.test(name)) {
      throw new MockError(
        `The name of a sandbox has 1 to 64 letters, digits, _ and -, got ${JSON.stringify(name)}`,
      );
    }
    this.key = `sp_test_${name}`;
    this.url = `${address.root}/v1`;
    this.headers = { Authorization: `Bearer ${this.key}` };
    this.api = apiClient(address, this.key);
    this.control = controlClient(address, this.key);
    this.clock = new Clock(this.control);
    this.monitors = new Monitors(this.api, this.control);
    this.faults = new Faults(this.control);
    this.breakpoints = new Breakpoints(this.control);
    this.journal = new Journal(this.control);
    this.webhooks = new Webhooks(this.api, this.control, `${address.root}/_mock/receiver`);
    this.checkpoints = new Checkpoints(this.control);
  }

  /** Return a key with another role in this sandbox, or one that opens nothing. */
  keyAs(role: KeyRole): string {
    return `${this.key}.${role}`;
  }

  /** Start anew, optionally with another scenario or seed. Checkpoints are kept. */
  reset({ scenario, seed }: SandboxOptions = {}): Promise<ClockState> {
    const body = {
      ...(scenario === undefined ? {} : { scenario }),
      ...(seed === undefined ? {} : { seed }),
    };
    return accepted(this.control.POST("/reset", { body }));
  }

  /** Return the outage scripts of the mock. */
  async outageScripts(): Promise<OutageScript[]> {
    return (await accepted(this.control.GET("/outage-scripts"))).results;
  }

  /** Play one or several outage scripts, by name or with the monitors that they affect. */
  play(
    scripts: string | ScriptRequest | readonly (string | ScriptRequest)[],
    { seed = 0, pace = "live", rate = 60 }: PlayOptions = {},
  ): Promise<Play> {
    const listed: readonly (string | ScriptRequest)[] = Array.isArray(scripts)
      ? scripts
      : [scripts];
    const requests = listed.map((one) => (typeof one === "string" ? { name: one } : one));
    return accepted(this.control.POST("/play", { body: { scripts: requests, seed, pace, rate } }));
  }

  /** Advance to the next step of the outage scripts. */
  step(): Promise<Moved> {
    return accepted(this.control.POST("/play/step"));
  }

  /** Stop the outage scripts. */
  async stop(): Promise<void> {
    await accepted(this.control.DELETE("/play"));
  }

  /** Return a snapshot of this sandbox, secrets included. */
  snapshot(): Promise<Snapshot> {
    return accepted(this.control.GET("/snapshot")) as Promise<Snapshot>;
  }

  /** Restore a snapshot. */
  restore(snapshot: Snapshot): Promise<ClockState> {
    return accepted(
      this.control.PUT("/snapshot", { body: snapshot as object as Record<string, never> }),
    );
  }

  /**
   * Yield events as they happen. The stream begins when the loop does: with `lastEventId: 0` it
   * begins with the oldest event that is kept.
   */
  events(options: EventOptions = {}): AsyncGenerator<SandboxEvent, void, undefined> {
    return streamEvents(this.address, this.key, options);
  }

  /** Ignore these kinds of problems in {@link problems}. */
  tolerate(...kinds: ProblemKind[]): void {
    for (const kind of kinds) this.tolerated.add(kind);
  }

  /** Return problems in the background: errors of the mock, deliveries that never arrived. */
  problems(): Promise<string[]> {
    return problemsOf(this.journal, this.webhooks, this.tolerated);
  }

  /** @throws BackgroundProblems if there are {@link problems}. */
  async raiseForProblems(): Promise<void> {
    const problems = await this.problems();
    if (problems.length > 0) throw new BackgroundProblems(problems.join("\n"));
  }

  /** Close the sandbox. Its state is lost; the next request with its key opens a new one. */
  async close(): Promise<void> {
    const params = { path: { name: this.name } };
    await accepted(this.control.DELETE("/sandboxes/{name}", { params }));
  }
}

/** Open a new sandbox under a random name, with a frozen clock. */
export async function openSandbox(address: Address, options: SandboxOptions): Promise<Sandbox> {
  const sandbox = new Sandbox(address, randomBytes(12).toString("hex"));
  if (options.scenario !== undefined || options.seed !== undefined) await sandbox.reset(options);
  await sandbox.clock.freeze();
  return sandbox;
}
