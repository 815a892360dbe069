/** Follows a world: server-sent events, read with fetch because EventSource sends no key. */

import { Refused } from "./client.js";

const AGAIN_MS = [250, 500, 1000, 2000];
const CHANGES = new Set(["fact", "control", "reset", "restored", "rewound", "found"]);
const CHANGED_MS = 120;

/**
 * Dispatches each event of the world under its kind, with its data as `detail`: `fact`, `exchange`,
 * `delivery`, `control` (somebody drove it), `reset`, `restored`, `rewound`. And of its own: `lost` when
 * the server went, `found` when it, or the page, is there again, `refused` with the error, and `changed` after
 * whatever may make what is shown old, at most once in a while.
 */
export class Stream extends EventTarget {
  constructor(client) {
    super();
    this._client = client;
    this._newest = null;
    this._tries = 0;
    this._reading = null;
    this._wasThere = false;
    this.isLost = false;
    // A browser opens six connections to a server: hidden tabs leave theirs to the others.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.stop() : this.start()));
  }

  /** Follow until `stop`, whatever happens to the server meanwhile. */
  async start() {
    if (this._reading) return;
    const reading = (this._reading = new AbortController());
    while (!reading.signal.aborted) {
      try {
        await this._follow(reading.signal);
      } catch (error) {
        if (reading.signal.aborted) return;
        if (error instanceof Refused && error.status < 500) {
          this.stop();
          this._tell("refused", error);
          return;
        }
      }
      if (reading.signal.aborted) return;
      this._lose();
      await pause(AGAIN_MS[Math.min(this._tries++, AGAIN_MS.length - 1)]);
    }
  }

  stop() {
    this._reading?.abort();
    this._reading = null;
  }

  async _follow(signal) {
    const headers = this._newest === null ? {} : { "Last-Event-ID": this._newest };
    const answer = await this._client.fetch("GET", "events", { signal, headers });
    this._tries = 0;
    if (this.isLost) this._newest = null; // a server that was started anew counts its events anew
    this.isLost = false;
    if (this._wasThere) this._tell("found");
    this._wasThere = true;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      parts.forEach((part) => this._take(part));
    }
  }

  _take(part) {
    const fields = {};
    for (const line of part.split("\n")) {
      const colon = line.indexOf(": ");
      if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
    }
    if (fields.id) this._newest = fields.id;
    if (fields.event) this._tell(fields.event, JSON.parse(fields.data));
  }

  _lose() {
    if (this.isLost) return;
    this.isLost = true;
    this._tell("lost");
  }

  _tell(kind, detail = null) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
    if (CHANGES.has(kind) || (kind === "exchange" && detail.method !== "GET")) this._tellOfChange();
  }

  _tellOfChange() {
    this._changing ??= setTimeout(() => {
      this._changing = null;
      this.dispatchEvent(new Event("changed"));
    }, CHANGED_MS);
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
