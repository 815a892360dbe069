/**
 * Handlers for Mock Service Worker, in Node and in browsers.
 *
 * @packageDocumentation
 */

import { bypass, http, type HttpHandler, HttpResponse, passthrough } from "msw";
import { API_URL, authorizationIn, type SandboxAccess, urlIn } from "./forwarding.js";

/** The headers that describe the body as it was sent, not as `fetch` returns it. */
const OF_THE_TRANSFER = [
  "connection",
  "content-encoding",
  "content-length",
  "keep-alive",
  "transfer-encoding",
];

/**
 * Return handlers that pass requests to the API on to a sandbox, and leave other requests to the
 * mock alone.
 *
 * @param sandbox - Its `url` and its `key`.
 */
export function sandboxHandlers(
  sandbox: SandboxAccess,
  { apiUrl = API_URL }: { apiUrl?: string } = {},
): HttpHandler[] {
  return [
    http.all(`${apiUrl}/*`, ({ request }) => forward(request, sandbox, apiUrl)),
    http.all(`${new URL(sandbox.url).origin}/*`, () => passthrough()),
  ];
}

async function forward(
  request: Request,
  sandbox: SandboxAccess,
  apiUrl: string,
): Promise<Response> {
  const headers = new Headers(request.headers);
  const given = headers.get("authorization");
  if (given !== null) headers.set("authorization", authorizationIn(sandbox, given));
  const body = request.body === null ? null : await request.arrayBuffer();
  const init = { method: request.method, headers, body, signal: request.signal };
  const sent = bypass(urlIn(sandbox, apiUrl, request.url), init);
  const response = await fetch(sent).catch(() => null);
  if (response === null) return HttpResponse.error(); // a fault of the sandbox broke the connection
  const kept = new Headers(response.headers);
  for (const name of OF_THE_TRANSFER) kept.delete(name);
  const { status, statusText } = response;
  return new HttpResponse(response.body, { status, statusText, headers: kept });
}
