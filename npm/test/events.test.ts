import { expect, test } from "vitest";
import { linesOf, parsedEvents } from "../src/events.js";

async function* pieces(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("lines may arrive in pieces, and end with a carriage return", async () => {
  expect(await all(linesOf(pieces("id: 1\r\nda", "ta: x", "\n\nrest")))).toEqual([
    "id: 1",
    "data: x",
    "",
  ]);
});

test("a line without an end is refused before it fills the memory", async () => {
  const endless = pieces(...Array.from({ length: 40 }, () => "x".repeat(1 << 16)));
  await expect(all(linesOf(endless))).rejects.toThrow("more than 1048576 characters");
});

test("an event has its id, its kind and its data; comments and other fields are ignored", async () => {
  const text = [
    "retry: 1000\n\n: still here\n\n",
    'id: 7\nevent: control\ndata: {"at": "2025-01-15T09:42:11Z", "operation": "setClock"}\n\n',
    'id: 8\nevent: fact\ndata: {"at": "2025-01-15T09:43:11Z", "kind": "status_changed"}\n\n',
  ];
  expect(await all(parsedEvents(linesOf(pieces(...text))))).toEqual([
    { id: 7, at: "2025-01-15T09:42:11Z", kind: "control", data: { operation: "setClock" } },
    {
      id: 8,
      at: "2025-01-15T09:43:11Z",
      kind: "fact",
      data: { at: "2025-01-15T09:43:11Z", kind: "status_changed" },
    },
  ]);
});
