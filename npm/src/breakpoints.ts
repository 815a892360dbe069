import { accepted, type ControlClient } from "./calls.js";
import type {
  Breakpoint,
  BreakpointInput,
  FullHeldRequest,
  HeldRequest,
  Release,
} from "./types.js";

/** The breakpoints of a sandbox: requests whose responses are held until they are released. */
export class Breakpoints {
  constructor(private readonly control: ControlClient) {}

  /** Return the breakpoints that are not used up, in the order in which they were added. */
  async all(): Promise<Breakpoint[]> {
    return (await accepted(this.control.GET("/breakpoints"))).results;
  }

  /**
   * Hold the next requests that match.
   *
   * @param rule - `operation`, `method`, `monitor_id` and `role` select requests; `times` (by
   * default 1) says how many are held, `hold_for` (by default `60s`) how long each.
   */
  add(rule: BreakpointInput = {}): Promise<Breakpoint> {
    return accepted(this.control.POST("/breakpoints", { body: rule }));
  }

  /** Remove a breakpoint, and release what it holds. */
  async remove(rule: Breakpoint | string): Promise<void> {
    const id = typeof rule === "string" ? rule : rule.id;
    await accepted(this.control.DELETE("/breakpoints/{id}", { params: { path: { id } } }));
  }

  /** Remove every breakpoint, and release every request. */
  async clear(): Promise<void> {
    await accepted(this.control.DELETE("/breakpoints"));
  }

  /** Return the requests that are held, the one that waits for longest first. */
  async held(): Promise<HeldRequest[]> {
    return (await accepted(this.control.GET("/held"))).results;
  }

  /** Return a held request with headers and bodies. */
  get(id: string): Promise<FullHeldRequest> {
    return accepted(this.control.GET("/held/{id}", { params: { path: { id } } }));
  }

  /** Send the response of a held request, with these parts replaced. A header of null is removed. */
  async release(held: HeldRequest | string, changes: Release = {}): Promise<void> {
    const id = typeof held === "string" ? held : held.id;
    const options = { params: { path: { id } }, body: changes };
    await accepted(this.control.POST("/held/{id}/release", options));
  }
}
