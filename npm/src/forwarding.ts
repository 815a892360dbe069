import type { Sandbox } from "./sandbox.js";

/** The base URL of the real API. */
export const API_URL = "https://api.statuspool.io/v1";

/** What is needed to use a sandbox. */
export type SandboxAccess = Pick<Sandbox, "url" | "key">;

/** Return whether a URL is one of an API. */
export function isBelow(apiUrl: string, url: string): boolean {
  const next = url.charAt(apiUrl.length);
  return url.startsWith(apiUrl) && ["", "/", "?"].includes(next);
}

/** Return the URL in a sandbox for a URL of an API. */
export function urlIn({ url }: SandboxAccess, apiUrl: string, requested: string): string {
  return url + requested.slice(apiUrl.length);
}

/**
 * Return the `Authorization` of a request in a sandbox. The key of the real API becomes the key of
 * the sandbox; keys of the sandbox and what is no key stay as they are.
 */
export function authorizationIn({ key }: SandboxAccess, given: string): string {
  const [scheme = "", sent = ""] = given.split(" ");
  if (scheme.toLowerCase() !== "bearer" || sent === "") return given;
  return sent === key || sent.startsWith(`${key}.`) ? given : `Bearer ${key}`;
}
