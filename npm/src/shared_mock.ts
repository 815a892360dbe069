import { connect, type Mock, type MockOptions, startMock } from "./mock.js";
import type { Sandbox, SandboxOptions } from "./sandbox.js";

/** The variable that names the server that all tests share. */
export const URL_VARIABLE = "STATUSPOOL_MOCK_URL";

/** Connect to the server that `statuspool-mock/setup` started, or start one. */
export function sharedMock(options: MockOptions = {}): Promise<Mock> {
  const url = process.env[URL_VARIABLE];
  return url ? connect(url) : startMock(options);
}

/**
 * Open a frozen sandbox, let a test use it, and close it.
 *
 * @throws BackgroundProblems if there are problems that the test does not tolerate.
 */
export async function withSandbox(
  mock: Mock,
  options: SandboxOptions,
  use: (sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  const sandbox = await mock.newSandbox(options);
  try {
    await use(sandbox);
    await sandbox.raiseForProblems();
  } finally {
    await sandbox.close();
  }
}
