/**
 * Tests for Jest.
 *
 * @packageDocumentation
 */

import { afterAll, test as base } from "@jest/globals";
import type { Mock } from "./mock.js";
import type { Sandbox, SandboxOptions } from "./sandbox.js";
import { sharedMock, withSandbox } from "./shared_mock.js";

/** What a test gets: a new sandbox with a frozen clock. */
export interface StatuspoolFixtures {
  readonly statuspool: Sandbox;
}

/** The function of a test. */
export type SandboxTestFunction = (fixtures: StatuspoolFixtures) => Promise<void> | void;
/** Declares a test. */
export type DeclareTest = (name: string, body: SandboxTestFunction, timeoutMs?: number) => void;

/** Jest's `test`, whose function gets a sandbox. */
export interface SandboxTest extends DeclareTest {
  readonly only: DeclareTest;
  readonly skip: DeclareTest;
  /** Return a `test` whose sandboxes start from another scenario or seed. */
  from(options: SandboxOptions): SandboxTest;
}

const START_TIMEOUT_MS = 120_000;
let mock: Promise<Mock> | undefined;

afterAll(async () => (await mock)?.close(), START_TIMEOUT_MS);

/** Jest's `test`, whose function gets the sandbox `statuspool`. */
export const test: SandboxTest = testFrom({});

function testFrom(options: SandboxOptions): SandboxTest {
  const declaring =
    (declare: (name: string, body: () => Promise<void>, timeoutMs?: number) => void): DeclareTest =>
    (name, body, timeoutMs) =>
      declare(name, () => run(options, body), timeoutMs);
  return Object.assign(declaring(base), {
    only: declaring(base.only),
    skip: declaring(base.skip),
    from: testFrom,
  });
}

async function run(options: SandboxOptions, body: SandboxTestFunction): Promise<void> {
  mock ??= sharedMock();
  await withSandbox(await mock, options, async (statuspool) => body({ statuspool }));
}
