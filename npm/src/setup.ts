/**
 * The global set-up of Playwright, Vitest and Jest: one server for all workers.
 *
 * @packageDocumentation
 */

import type { MockOptions } from "./mock.js";
import { sharedMock, URL_VARIABLE } from "./shared_mock.js";

/**
 * Start a server for all workers, unless `STATUSPOOL_MOCK_URL` names a running one.
 *
 * @returns What stops the server, for the global teardown.
 */
export async function setUp(options: MockOptions = {}): Promise<() => Promise<void>> {
  const mock = await sharedMock(options);
  process.env[URL_VARIABLE] = mock.url;
  if (mock.token !== undefined) process.env["STATUSPOOL_CONTROL_TOKEN"] = mock.token;
  return () => mock.close();
}

/** Start a server with the default options; see {@link setUp}. */
export default function setUpWithDefaults(): Promise<() => Promise<void>> {
  return setUp();
}
