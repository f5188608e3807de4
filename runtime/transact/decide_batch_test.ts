import { assertEquals } from "@std/assert";
import { type BatchKey, decideBatch } from "./decide_batch.ts";

const KNOWN = 10;

function key(patch: Partial<BatchKey> = {}): BatchKey {
  return { when: { kind: "any" }, place: 0, sequence: 5, deleted: false, isOurs: false, ...patch };
}

const at = (revision: string) => ({ kind: "revision", revision }) as const;
const absent = { kind: "absent" } as const;

Deno.test("what becomes of a batch follows from what its keys hold", () => {
  const again = (...expected: [number, number | undefined][]) => ({
    kind: "again",
    expected: new Map(expected),
  });
  const table: [string, readonly BatchKey[], boolean, object][] = [
    ["one key is ours, so all is", [key(), key({ place: 2, sequence: 14, isOurs: true })], true, {
      kind: "done",
      first: 12,
    }],
    ["nothing newer: it was not stored", [key()], true, again([0, 5])],
    [
      "one key is untouched, so all were",
      [key({ sequence: 12 }), key({ place: 1 })],
      true,
      again(
        [0, 12],
        [1, 5],
      ),
    ],
    ["others have written to each key since", [key({ sequence: 12 })], true, { kind: "unknown" }],
    ["a key that was never written", [key({ sequence: 0 })], true, again([0, 0])],
    ["refused, and nothing is open", [key({ sequence: 12 })], false, again([0, undefined])],
    ["a value where none may be", [key({ when: absent })], false, {
      kind: "refused",
      place: 0,
      why: "exists",
    }],
    ["over the marker of a deletion", [key({ when: absent, deleted: true })], false, again([0, 5])],
    ["another revision", [key(), key({ place: 1, when: at("4") })], false, {
      kind: "refused",
      place: 1,
      why: "changed",
    }],
    ["the same revision", [key({ when: at("5") })], true, again([0, 5])],
  ];
  for (const [name, keys, uncertain, decision] of table) {
    assertEquals(decideBatch(keys, { uncertain, knownSequence: KNOWN }), decision, name);
  }
});
