import { accepted, type ControlClient } from "./calls.js";
import type { Fault, FaultInput } from "./types.js";

/** The faults of a sandbox: rules that break exchanges on purpose. */
export class Faults {
  constructor(private readonly control: ControlClient) {}

  /** Return the faults that are not used up, in the order in which they were added. */
  async all(): Promise<Fault[]> {
    return (await accepted(this.control.GET("/faults"))).results;
  }

  /**
   * Add a fault.
   *
   * @param fault - `operation`, `method`, `monitor_id` and `role` select requests; `status`,
   * `latency` and `breakage` are the effects; `probability`, `seed`, `times` and `ttl` say when.
   */
  add(fault: FaultInput): Promise<Fault> {
    return accepted(this.control.POST("/faults", { body: fault }));
  }

  /** Remove a fault. */
  async remove(fault: Fault | string): Promise<void> {
    const id = typeof fault === "string" ? fault : fault.id;
    await accepted(this.control.DELETE("/faults/{id}", { params: { path: { id } } }));
  }

  /** Remove every fault. */
  async clear(): Promise<void> {
    await accepted(this.control.DELETE("/faults"));
  }
}
