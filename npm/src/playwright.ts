/**
 * Fixtures for Playwright.
 *
 * @packageDocumentation
 */

import { type BrowserContext, type Route, test as base } from "@playwright/test";
import { API_URL, authorizationIn, isBelow, type SandboxAccess, urlIn } from "./forwarding.js";
import type { Mock } from "./mock.js";
import type { Sandbox, SandboxOptions } from "./sandbox.js";
import { sharedMock, withSandbox } from "./shared_mock.js";

export { expect } from "@playwright/test";

/** Options for `use` in the configuration and `test.use`. */
export interface StatuspoolOptions {
  /** The scenario and the seed that sandboxes start from. */
  statuspoolSandbox: SandboxOptions;
  /** The base URL of the API that pages use (default: `https://api.statuspool.io/v1`). */
  statuspoolApiUrl: string;
}

/** Fixtures of a test. */
export interface StatuspoolFixtures {
  /** A new sandbox with a frozen clock. Requests of the page to the API are sent to it. */
  statuspool: Sandbox;
}

/** Fixtures of a worker. */
export interface StatuspoolWorkerFixtures {
  /** The server: the one of `statuspool-mock/setup`, or one of this worker. */
  statuspoolMock: Mock;
}

/** Playwright's `test` with the fixture `statuspool`. */
export const test = base.extend<StatuspoolFixtures & StatuspoolOptions, StatuspoolWorkerFixtures>({
  statuspoolSandbox: [{}, { option: true }],
  statuspoolApiUrl: [API_URL, { option: true }],
  statuspoolMock: [
    async ({}, use) => {
      const mock = await sharedMock();
      await use(mock);
      await mock.close();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  statuspool: async ({ context, statuspoolMock, statuspoolSandbox, statuspoolApiUrl }, use) => {
    await withSandbox(statuspoolMock, statuspoolSandbox, async (sandbox) => {
      await routeToSandbox(context, sandbox, { apiUrl: statuspoolApiUrl });
      await use(sandbox);
      await context.unrouteAll({ behavior: "ignoreErrors" });
    });
  },
});

/** Send the requests of a browser context to an API to a sandbox instead. */
export async function routeToSandbox(
  context: BrowserContext,
  sandbox: SandboxAccess,
  { apiUrl = API_URL }: { apiUrl?: string } = {},
): Promise<void> {
  await context.route(
    (url) => isBelow(apiUrl, url.href),
    (route) => forward(route, sandbox, apiUrl),
  );
}

async function forward(route: Route, sandbox: SandboxAccess, apiUrl: string): Promise<void> {
  const request = route.request();
  const { authorization, ...headers } = await request.allHeaders();
  if (authorization !== undefined)
    headers["authorization"] = authorizationIn(sandbox, authorization);
  const url = urlIn(sandbox, apiUrl, request.url());
  try {
    const response = await route.fetch({ url, headers, maxRedirects: 0, timeout: 0 });
    await route.fulfill({ response });
  } catch {
    await route.abort("connectionfailed"); // a fault of the sandbox broke the connection
  }
}
