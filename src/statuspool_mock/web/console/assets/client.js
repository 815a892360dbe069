/** Speaks to the control plane for one key. */

import { token } from "./session.js";

/** The server answered, and said no. */
export class Refused extends Error {
  constructor(status, body) {
    const details = (body?.details ?? []).map((item) => `${item.field}: ${item.message}`);
    super([body?.message ?? `The server responded with ${status}.`, ...details].join(" "));
    this.name = "Refused";
    this.status = status;
    this.body = body;
  }

  /** Whether the server is closed to who does not bring its token. */
  get wantsToken() {
    return this.status === 403 && this.message.includes("X-Control-Token");
  }

  /** Whether the server is closed to this page, and no token opens it. */
  get isClosed() {
    return this.status === 403 && this.body?.error === "FORBIDDEN" && /[Cc]ontrol plane/.test(this.message);
  }
}

/** There was no answer at all. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not respond.");
    this.name = "Unreachable";
  }
}

export class Client {
  constructor(key) {
    this.key = key;
    this.root = new URL(".", location.href.split(/[?#]/)[0]);
  }

  /** Return the headers that every call brings. */
  get headers() {
    const headers = { Authorization: `Bearer ${this.key}` };
    if (token.get()) headers["X-Control-Token"] = token.get();
    return headers;
  }

  /**
   * Return what an operation answers, null where it answers nothing. `path` begins below /_mock, without
   * a slash. Rejects with `Refused`, `Unreachable`, or an AbortError where `signal` said so.
   */
  async call(method, path, { query = {}, body, signal } = {}) {
    const answer = await this.fetch(method, path, { query, body, signal });
    const text = await answer.text();
    return text ? JSON.parse(text) : null;
  }

  /** Return the whole response, for what is not JSON; otherwise as `call`. */
  async fetch(method, path, { query = {}, body, signal, headers = {} } = {}) {
    const url = new URL(path, this.root);
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
    }
    const options = { method, headers: { ...this.headers, ...headers }, signal, cache: "no-store" };
    if (body !== undefined) {
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    let answer;
    try {
      answer = await fetch(url, options);
    } catch (error) {
      throw error.name === "AbortError" ? error : new Unreachable();
    }
    if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => null));
    return answer;
  }

  get(path, options) {
    return this.call("GET", path, options);
  }

  post(path, body, options) {
    return this.call("POST", path, { ...options, body });
  }

  put(path, body, options) {
    return this.call("PUT", path, { ...options, body });
  }

  delete(path, options) {
    return this.call("DELETE", path, options);
  }
}
