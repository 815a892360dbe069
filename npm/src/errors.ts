/**
 * The errors of this package.
 *
 * MockError
 * ├── ServerNotStarted     no way of starting a server worked; `attempts` says why
 * ├── ServerUnreachable    no mock is running there
 * ├── RequestRefused       the mock refused a request; `status`, `code` and `details` say why
 * ├── VerificationFailed   the requests of a client are not the expected ones
 * └── BackgroundProblems   errors in the background of a test
 */

/** An error of this package. */
export class MockError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** One way in which a server could have been started, and why it was not. */
export interface FailedAttempt {
  readonly what: string;
  readonly reason: string;
}

/** No way of starting a server worked. */
export class ServerNotStarted extends MockError {
  constructor(
    readonly attempts: readonly FailedAttempt[],
    notes: readonly string[] = [],
  ) {
    const tried = attempts.map(({ what, reason }) => `${what}: ${reason}`);
    super(["statuspool-mock could not be started. Tried:", ...tried, ...notes].join("\n  "));
  }
}

/** No mock is running at an address. */
export class ServerUnreachable extends MockError {}

/** An invalid field of a request. */
export interface InvalidField {
  readonly field: string;
  readonly message: string;
}

/** The mock refused a request. */
export class RequestRefused extends MockError {
  constructor(
    readonly status: number,
    /** The error code of the API, such as `NOT_FOUND`. */
    readonly code: string,
    message: string,
    readonly details: readonly InvalidField[] = [],
  ) {
    const fields = details.map((item) => `${item.field}: ${item.message}`).join("; ");
    super(fields === "" ? message : `${message} (${fields})`);
  }
}

/** The requests of a client are not the expected ones; the message lists near misses. */
export class VerificationFailed extends MockError {}

/** Errors that happened in the background of a test; the message lists them. */
export class BackgroundProblems extends MockError {}
