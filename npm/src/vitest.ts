/**
 * Fixtures for Vitest.
 *
 * @packageDocumentation
 */

import { test as base, type TestAPI } from "vitest";
import type { Mock } from "./mock.js";
import type { Sandbox, SandboxOptions } from "./sandbox.js";
import { sharedMock, withSandbox } from "./shared_mock.js";

/** Fixtures of a test. */
export interface StatuspoolFixtures {
  /** The scenario and the seed that the sandbox starts from; change it with `test.scoped`. */
  statuspoolSandbox: SandboxOptions;
  /** The server: the one of `statuspool-mock/setup`, or one of this worker. */
  statuspoolMock: Mock;
  /** A new sandbox with a frozen clock. */
  statuspool: Sandbox;
}

/** Vitest's `test` with the fixture `statuspool`. */
export const test: TestAPI<StatuspoolFixtures> = base.extend<StatuspoolFixtures>({
  statuspoolSandbox: {},
  statuspoolMock: [
    async ({}, use) => {
      const mock = await sharedMock();
      await use(mock);
      await mock.close();
    },
    { scope: "worker" },
  ],
  statuspool: async ({ statuspoolMock, statuspoolSandbox }, use) => {
    await withSandbox(statuspoolMock, statuspoolSandbox, use);
  },
});
