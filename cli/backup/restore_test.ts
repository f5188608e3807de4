import { assertEquals } from "@std/assert";
import type { BackedUpStream } from "./manifest.ts";
import type { ListedStream } from "./nats/backup_server.ts";
import { whatToRestore } from "./restore.ts";

const stream = (name: string): BackedUpStream => ({
  name,
  messages: 3,
  lastSequence: 4,
  lastSequenceAfter: 4,
  consumers: 0,
  files: [],
});
const there = (name: string, differs: Partial<ListedStream> = {}): ListedStream => ({
  ...stream(name),
  storage: "file",
  shrinks: false,
  ...differs,
});

function decided(
  found: readonly ListedStream[],
  resume: boolean,
  differs: Partial<BackedUpStream> = {},
): readonly string[] | string {
  const result = whatToRestore([{ ...stream("a"), ...differs }, stream("b")], found, resume);
  return result.isOk() ? result.value.map(({ name }) => name) : result.error.code;
}

Deno.test("streams are restored where there are none of them, or the rest of an interrupted restore", () => {
  assertEquals(decided([], false), ["a", "b"]);
  assertEquals(decided([there("other")], false), ["a", "b"]);
  assertEquals(decided([there("a")], false), "exists");
  assertEquals(decided([there("a")], true), ["b"]);
  assertEquals(decided([there("a"), there("b")], true), []);
  // Somebody has written to it: it is not what the backup has.
  assertEquals(decided([there("a", { messages: 2 })], true), "exists");
  assertEquals(decided([there("a", { lastSequence: 5, shrinks: true })], true), "exists");
  // Its messages have got too old.
  assertEquals(decided([there("a", { messages: 2, shrinks: true })], true), ["b"]);
  // It was written to while it was copied.
  const moving = { lastSequenceAfter: 6 };
  for (const lastSequence of [4, 5, 6]) {
    assertEquals(decided([there("a", { lastSequence })], true, moving), ["b"]);
  }
  for (const lastSequence of [3, 7]) {
    assertEquals(decided([there("a", { lastSequence })], true, moving), "exists");
  }
});
