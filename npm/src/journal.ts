import { accepted, type ControlClient } from "./calls.js";
import { VerificationFailed } from "./errors.js";
import type { operations } from "./generated/control.js";
import type { Coverage, Exchange, Expectation, FullExchange, Verification } from "./types.js";

type Query = NonNullable<operations["queryJournal"]["parameters"]["query"]>;
type CountQuery = NonNullable<operations["countJournal"]["parameters"]["query"]>;

/** The exchanges of the clients of a sandbox. */
export class Journal {
  constructor(private readonly control: ControlClient) {}

  /** Return exchanges, newest first: by `operation`, `status` and `monitor_id`, at most `limit`. */
  async all(query: Query = {}): Promise<Exchange[]> {
    return (await accepted(this.control.GET("/journal", { params: { query } }))).results;
  }

  /** Return one exchange with headers and bodies. */
  get(number: number): Promise<FullExchange> {
    const params = { path: { number: String(number) } };
    return accepted(this.control.GET("/journal/{number}", { params }));
  }

  /** Return the number of matching exchanges. */
  async count(query: CountQuery = {}): Promise<number> {
    return (await accepted(this.control.GET("/journal/count", { params: { query } }))).count;
  }

  /** Return whether requests were made as often as expected, with near misses if not. */
  check(expected: Expectation): Promise<Verification> {
    return accepted(this.control.POST("/journal/verify", { body: expected }));
  }

  /**
   * Expect requests.
   *
   * @param expected - `operation`, `method`, `status`, `monitor_id`, `role`, `error`, `query` and
   * `body` are the pattern; `times`, `at_least` and `at_most` say how often (default: at least once).
   * @throws VerificationFailed with the near misses.
   */
  async verify(expected: Expectation): Promise<void> {
    const found = await this.check(expected);
    if (!found.verified) throw new VerificationFailed(described(found, expected));
  }

  /** Return the journal as HAR 1.2. */
  har(): Promise<{ log: Record<string, unknown> }> {
    return accepted(this.control.GET("/journal.har"));
  }

  /** Delete exchanges and coverage. */
  async clear(): Promise<void> {
    await accepted(this.control.DELETE("/journal"));
  }

  /** Return which documented responses clients have received, and which never. */
  coverage(): Promise<Coverage> {
    return accepted(this.control.GET("/coverage"));
  }
}

function described(found: Verification, expected: Expectation): string {
  const lines = [
    `Expected ${found.expected} of ${JSON.stringify(expected)}, found ${found.found}.`,
  ];
  for (const { exchange, mismatches } of found.near_misses) {
    lines.push(`  near: ${exchange.method} ${exchange.path} → ${exchange.status}`);
    lines.push(...mismatches.map((mismatch) => `        ${mismatch}`));
  }
  return lines.join("\n");
}
