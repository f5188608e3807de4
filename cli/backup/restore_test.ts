import { assertEquals } from "@std/assert";
import type { BackedUpStream } from "./manifest.ts";
import { whatToRestore } from "./restore.ts";

const stream = (name: string): BackedUpStream => ({
  name,
  messages: 3,
  lastSequence: 4,
  consumers: 0,
  files: [],
});
const there = (name: string, messages = 3) => ({ ...stream(name), messages, storage: "file" });

function decided(found: ReturnType<typeof there>[], resume: boolean): readonly string[] | string {
  const result = whatToRestore([stream("a"), stream("b")], found, resume);
  return result.isOk() ? result.value.map(({ name }) => name) : result.error.code;
}

Deno.test("streams are restored where there are none of them, or the rest of an interrupted restore", () => {
  assertEquals(decided([], false), ["a", "b"]);
  assertEquals(decided([there("other")], false), ["a", "b"]);
  assertEquals(decided([there("a")], false), "exists");
  assertEquals(decided([there("a")], true), ["b"]);
  assertEquals(decided([there("a"), there("b")], true), []);
  // Somebody has written to it: it is not what the backup has.
  assertEquals(decided([there("a", 2)], true), "exists");
});
