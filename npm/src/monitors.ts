import { accepted, type ApiClient, type ControlClient } from "./calls.js";
import { MockError } from "./errors.js";
import type { Duration, MonitorInput, MonitorState, OutageInput } from "./types.js";

const PAGE_SIZE = 1000;
const DEFAULTS = { url: "https://perfect.test/", interval_seconds: 60 } as const;

/** Where and how long a status is forced: by default in all regions, until it is released. */
export interface Forced {
  /** Some of the monitor's regions. */
  readonly regions?: string[];
  /** A duration such as `10m`. */
  readonly for?: Duration;
}

/** One monitor of a sandbox. Every method returns its state afterwards. */
export class SandboxMonitor {
  private readonly params: { path: { id: string } };

  constructor(
    private readonly control: ControlClient,
    readonly id: string,
    readonly name: string,
  ) {
    this.params = { path: { id } };
  }

  /** Return its current state, with details that the API does not show. */
  read(): Promise<MonitorState> {
    return accepted(this.control.GET("/monitors/{id}", { params: this.params }));
  }

  /** Make its checks fail. */
  down(how: Forced = {}): Promise<MonitorState> {
    return this.force("down", how);
  }

  /** Make its checks slow. */
  degrade(how: Forced = {}): Promise<MonitorState> {
    return this.force("degraded", how);
  }

  /** Make its checks succeed, whatever the simulation says. */
  up(how: Forced = {}): Promise<MonitorState> {
    return this.force("up", how);
  }

  /** End a forced status. */
  release(): Promise<MonitorState> {
    return accepted(this.control.DELETE("/monitors/{id}/status", { params: this.params }));
  }

  /** Stop checking it. */
  pause(): Promise<MonitorState> {
    return accepted(this.control.POST("/monitors/{id}/pause", { params: this.params }));
  }

  /** Check it again. */
  resume(): Promise<MonitorState> {
    return accepted(this.control.POST("/monitors/{id}/resume", { params: this.params }));
  }

  /** Script an outage, past or future; without `from` it begins now. */
  addOutage(outage: Partial<OutageInput> = {}): Promise<MonitorState> {
    const body = { status_code: 502, ...outage };
    return accepted(this.control.POST("/monitors/{id}/outages", { params: this.params, body }));
  }

  /** End scripted outages and cancel upcoming ones. */
  clearOutages(): Promise<MonitorState> {
    return accepted(this.control.DELETE("/monitors/{id}/outages", { params: this.params }));
  }

  private force(status: "up" | "down" | "degraded", how: Forced): Promise<MonitorState> {
    const body = { status, ...how };
    return accepted(this.control.PUT("/monitors/{id}/status", { params: this.params, body }));
  }
}

/** The monitors of a sandbox: created through the API, controlled by the control plane. */
export class Monitors {
  constructor(
    private readonly api: ApiClient,
    private readonly control: ControlClient,
  ) {}

  /**
   * Create a monitor, by default on the magic host `perfect.test`, on which no check fails.
   *
   * @param more - Further fields of the API: `url`, `interval_seconds` (default: 60), `tags`, …
   */
  async create(
    name: string,
    more: Partial<Omit<MonitorInput, "name">> = {},
  ): Promise<SandboxMonitor> {
    const body = { ...DEFAULTS, ...more, name };
    const { id } = await accepted(this.api.POST("/monitors", { body }));
    return new SandboxMonitor(this.control, id, name);
  }

  /** Return every monitor, with details that the API does not show. */
  async all(): Promise<MonitorState[]> {
    const found: MonitorState[] = [];
    for (let page = 1; ; page += 1) {
      const query = { page, limit: PAGE_SIZE };
      const { results, total_pages } = await accepted(
        this.control.GET("/monitors", { params: { query } }),
      );
      found.push(...results);
      if (page >= total_pages) return found;
    }
  }

  /**
   * Return the monitor with this id, or the only one with this name or with it in its name.
   *
   * @throws MockError if there is none or more than one.
   */
  async find(nameOrId: string): Promise<SandboxMonitor> {
    const all = await this.all();
    const wanted = nameOrId.toLowerCase();
    const matches = [
      all.filter(({ id }) => id === wanted),
      all.filter(({ name }) => name === nameOrId),
      all.filter(({ name }) => name.toLowerCase().includes(wanted)),
    ].find((some) => some.length > 0);
    const [found, another] = matches ?? [];
    if (found !== undefined && another === undefined) {
      return new SandboxMonitor(this.control, found.id, found.name);
    }
    throw new MockError(unclear(nameOrId, matches ?? [], all));
  }
}

function unclear(wanted: string, matches: MonitorState[], all: MonitorState[]): string {
  const what = matches.length === 0 ? "No monitor is" : `${matches.length} monitors are`;
  const listed = (matches.length === 0 ? all : matches).slice(0, 10);
  const names = listed.map(({ name, id }) => `${name} (${id})`).join(", ") || "none at all";
  return `${what} called ${JSON.stringify(wanted)}; there are: ${names}`;
}
