import createClient, { type Client } from "openapi-fetch";
import { RequestRefused, ServerUnreachable } from "./errors.js";
import type { components, paths as ControlPaths } from "./generated/control.js";
import type { paths as StatuspoolPaths } from "./generated/statuspool.js";
import { isAbort, reasonOf } from "./reasons.js";

/** A typed client of the Statuspool API. */
export type ApiClient = Client<StatuspoolPaths>;
/** A typed client of the control plane, with every operation under `/_mock`. */
export type ControlClient = Client<ControlPaths>;

/** Where a mock runs, and the token that its control plane requires, if any. */
export interface Address {
  /** The root URL of the server, without `/v1`. */
  readonly root: string;
  readonly token?: string;
}

/** Return the headers of requests to the control plane. */
export function controlHeaders({ token }: Address, key?: string): Record<string, string> {
  return {
    ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
    ...(token === undefined ? {} : { "X-Control-Token": token }),
  };
}

/** Return a client of the Statuspool API for one key. */
export function apiClient({ root }: Address, key: string): ApiClient {
  return createClient<StatuspoolPaths>({
    baseUrl: `${root}/v1`,
    headers: { Authorization: `Bearer ${key}` },
  });
}

/** Return a client of the control plane for one key, or without a key. */
export function controlClient(address: Address, key?: string): ControlClient {
  return createClient<ControlPaths>({
    baseUrl: `${address.root}/_mock`,
    headers: controlHeaders(address, key),
  });
}

type Result<T> =
  | { data: T; error?: never; response: Response }
  | { data?: never; error: unknown; response: Response };

/**
 * Return the data of a response.
 *
 * @throws {@link RequestRefused}, or {@link ServerUnreachable} without a response.
 */
export async function accepted<T>(call: Promise<Result<T>>): Promise<T> {
  const result = await reached(call);
  if (!result.response.ok) throw refusal(result.response.status, result.error);
  return result.data as T;
}

/** Return what a request returns. Throws {@link ServerUnreachable} if there is no response. */
export async function reached<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ServerUnreachable(`The mock did not respond: ${reasonOf(error)}`, { cause: error });
  }
}

/** Return the error that the body of an error response describes. */
export function refusal(status: number, body: unknown): RequestRefused {
  if (!isErrorBody(body))
    return new RequestRefused(status, "", `The mock responded with ${status}`);
  return new RequestRefused(status, body.error, body.message, body.details);
}

function isErrorBody(body: unknown): body is components["schemas"]["Error"] {
  return typeof body === "object" && body !== null && "error" in body && "message" in body;
}
