import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { isKvKey } from "../../runtime/kv/key.ts";
import { stateKeyProblem } from "./state_key_problem.ts";
import {
  namespaceKey,
  readStateKey,
  stateKey,
  storeFilter,
  writtenStateKey,
  writtenStatePrefix,
} from "./state_key.ts";

const user = { kind: "user", id: "a" } as const;
const drafts = { principal: user, contract: "notes@v1", store: "drafts" };
/** Segments that are hard to tell apart when they are written. */
const segment = fc.oneof(
  fc.constantFrom("", ".", "..", "*", ">", "-", "-2F", " ", "z", "é", "e\u0301", "\u{1F600}", "\0"),
  fc.string({ unit: "grapheme", maxLength: 4 }),
);
const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"))
  .filter((text) => text !== "" && text.isWellFormed());

/** Compares by code points. */
function inOrder(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => [...text].map((char) => char.codePointAt(0)!));
  for (let i = 0; i < Math.min(left!.length, right!.length); i++) {
    if (left![i] !== right![i]) return left![i]! - right![i]!;
  }
  return left!.length - right!.length;
}

Deno.test("a key is written so that it is read again, as a key of a bucket", () => {
  fc.assert(fc.property(key, (text) => {
    assertEquals(readStateKey(writtenStateKey(text)), text);
    assert(isKvKey(stateKey(drafts, text)), stateKey(drafts, text));
  }));
  for (const wrong of ["", ".", "a..b", "/", "-2F", "a b", "-", "a./", "a.-.b"]) {
    const read = readStateKey(wrong);
    assert(read === undefined || writtenStateKey(read) === wrong, wrong);
  }
});

Deno.test("[P49] written keys have the order of the keys, by code points", () => {
  fc.assert(fc.property(key, key, (a, b) => {
    const [left, right] = [writtenStateKey(a), writtenStateKey(b)];
    assertEquals(Math.sign(inOrder(a, b)), left < right ? -1 : left > right ? 1 : 0);
  }));
});

Deno.test("a prefix takes whole segments: the keys below it, and no others", () => {
  fc.assert(fc.property(key, key, (path, text) => {
    const below = text.startsWith(`${path}/`);
    assertEquals(writtenStateKey(text).startsWith(writtenStatePrefix(path)), below);
    assert(writtenStateKey(`${path}/${text}`).startsWith(writtenStatePrefix(path)));
  }));
});

Deno.test("[P26] no two namespaces are one, however their parts join", () => {
  const name = fc.constantFrom("a", "b", "ab", "aa", "1:a", "a@v1", "notes@v1", "é", "e\u0301");
  const namespace = fc.record({
    principal: fc.record({ kind: fc.constantFrom("user", "device", "agent"), id: name }),
    contract: name,
    store: name,
  });
  fc.assert(fc.property(namespace, namespace, (a, b) => {
    const isSame = JSON.stringify(a) === JSON.stringify(b);
    assertEquals(namespaceKey(a) === namespaceKey(b), isSame);
    const isSameStore = a.contract === b.contract && a.store === b.store;
    assertEquals(storeFilter(a) === storeFilter(b), isSameStore);
  }));
  assertNotEquals(
    namespaceKey(drafts),
    namespaceKey({ ...drafts, principal: { kind: "device", id: "a" } }),
  );
});

Deno.test("keys that NATS could not carry have a reason", () => {
  assertEquals(stateKeyProblem("a/b.c*> é"), undefined);
  assertEquals(stateKeyProblem("/".repeat(1024)), undefined);
  assertEquals(stateKeyProblem("é".repeat(513)), "has 1026 bytes; 1024 are the most");
  assertEquals(stateKeyProblem(""), "is empty");
  assert(stateKeyProblem("\ud800")?.includes("surrogate"));
});
