import { accepted, type ControlClient } from "./calls.js";
import type { ClockState, Duration, Instant, Moved } from "./types.js";

/** The clock of a sandbox. Every method returns the clock after it. */
export class Clock {
  constructor(private readonly control: ControlClient) {}

  /** Return the clock: `now`, `mode` and `rate`. */
  read(): Promise<ClockState> {
    return accepted(this.control.GET("/clock"));
  }

  /** Stop the clock. */
  freeze(): Promise<Moved> {
    return this.change({ mode: "frozen" });
  }

  /** Let the clock run in real time. */
  live(): Promise<Moved> {
    return this.change({ mode: "live" });
  }

  /** Let `rate` seconds pass in the sandbox for each real second. */
  scale(rate: number): Promise<Moved> {
    return this.change({ rate });
  }

  /** Advance to an instant; `facts` lists what happened. */
  set(now: Instant): Promise<Moved> {
    return this.change({ now });
  }

  /** Advance by a duration such as `2h`; `facts` lists what happened. */
  advance(by: Duration): Promise<Moved> {
    return accepted(this.control.POST("/clock/advance", { body: { by } }));
  }

  /** Advance until something happens, by at most `within` (default: 30 days). */
  advanceToNextEvent({ within }: { within?: Duration } = {}): Promise<Moved> {
    const body = { to_next_event: true, ...(within === undefined ? {} : { by: within }) };
    return accepted(this.control.POST("/clock/advance", { body }));
  }

  private change(body: { mode?: "frozen" | "live"; rate?: number; now?: Instant }): Promise<Moved> {
    return accepted(this.control.PUT("/clock", { body }));
  }
}
