import { accepted, type ControlClient } from "./calls.js";
import type { Checkpoint, ClockState } from "./types.js";

/** The checkpoints of a sandbox: named states that it can be rewound to. */
export class Checkpoints {
  constructor(private readonly control: ControlClient) {}

  /** Return the checkpoints, by name. */
  async all(): Promise<Checkpoint[]> {
    return (await accepted(this.control.GET("/checkpoints"))).results;
  }

  /** Save the state of the sandbox under a name. */
  keep(name: string): Promise<Checkpoint> {
    return accepted(this.control.PUT("/checkpoints/{name}", { params: { path: { name } } }));
  }

  /** Rewind to a checkpoint, random numbers included. */
  rewind(name: string): Promise<ClockState> {
    return accepted(
      this.control.POST("/checkpoints/{name}/rewind", { params: { path: { name } } }),
    );
  }

  /** Delete a checkpoint. */
  async delete(name: string): Promise<void> {
    await accepted(this.control.DELETE("/checkpoints/{name}", { params: { path: { name } } }));
  }
}
