/** The event stream of a sandbox (WHATWG, server-sent events). */

import { type Address, controlHeaders, reached, refusal } from "./calls.js";
import { ServerUnreachable } from "./errors.js";
import type { EventName, Exchange, Fact, Instant } from "./types.js";

const MOST_LINE_CHARACTERS = 1 << 20;

/** An attempt to deliver an event to an endpoint. */
export interface DeliveryAttempt {
  readonly delivery: number;
  readonly message_id: string;
  readonly webhook_id: string;
  readonly event: EventName;
  readonly status: number | null;
  readonly error: string | null;
}

/** A request at a breakpoint. */
export interface HeldEvent {
  readonly id: string;
  readonly method: string;
  readonly path: string;
}

/** Something that happened in a sandbox. `kind` tells what `data` is. */
export type SandboxEvent = { readonly id: number; readonly at: Instant } & (
  | { readonly kind: "fact"; readonly data: Fact }
  | { readonly kind: "exchange"; readonly data: Exchange }
  | { readonly kind: "delivery"; readonly data: DeliveryAttempt }
  | { readonly kind: "control"; readonly data: { readonly operation: string } }
  | { readonly kind: "held" | "released"; readonly data: HeldEvent }
  | { readonly kind: "reset" | "restored" | "rewound"; readonly data: { readonly now: number } }
);

/** Where a stream begins, and what ends it. */
export interface EventOptions {
  /** Begin after the event with this id; by default with the next event. */
  readonly lastEventId?: number;
  /** Ends the stream when it is aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Yield the events of a sandbox as they happen, until the loop is left or the signal aborted.
 *
 * @throws {@link RequestRefused}, or {@link ServerUnreachable} if the connection ends.
 */
export async function* streamEvents(
  address: Address,
  key: string,
  { lastEventId, signal }: EventOptions = {},
): AsyncGenerator<SandboxEvent, void, undefined> {
  const leaving = new AbortController();
  const signals = signal === undefined ? [leaving.signal] : [leaving.signal, signal];
  const headers = controlHeaders(address, key);
  if (lastEventId !== undefined) headers["Last-Event-ID"] = String(lastEventId);
  try {
    const init = { headers, signal: AbortSignal.any(signals) };
    const response = await reached(fetch(`${address.root}/_mock/events`, init));
    if (!response.ok) throw refusal(response.status, await response.json().catch(() => null));
    yield* parsedEvents(linesOf(textOf(response)));
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    leaving.abort();
  }
}

async function* textOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reached(reader.read());
    if (done) return;
    yield decoder.decode(value, { stream: true });
  }
}

/** Yield the lines of a text that arrives in pieces. */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MOST_LINE_CHARACTERS) {
      throw new ServerUnreachable(
        `An event has a line of more than ${MOST_LINE_CHARACTERS} characters.`,
      );
    }
    for (const line of lines) yield line.replace(/\r$/, "");
  }
}

/** Yield the events that lines of a stream describe. */
export async function* parsedEvents(lines: AsyncIterable<string>): AsyncGenerator<SandboxEvent> {
  let fields = new Map<string, string>();
  for await (const line of lines) {
    if (line === "") {
      const event = eventOf(fields);
      if (event !== undefined) yield event;
      fields = new Map();
    } else if (!line.startsWith(":")) {
      const [, name = line, value = ""] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
      fields.set(name, value);
    }
  }
}

function eventOf(fields: ReadonlyMap<string, string>): SandboxEvent | undefined {
  const text = fields.get("data");
  if (text === undefined) return undefined;
  const { at, ...rest } = JSON.parse(text) as { at: Instant; [field: string]: unknown };
  const kind = fields.get("event");
  const data = kind === "fact" || kind === "exchange" ? { at, ...rest } : rest;
  return { id: Number(fields.get("id")), at, kind, data } as unknown as SandboxEvent;
}
