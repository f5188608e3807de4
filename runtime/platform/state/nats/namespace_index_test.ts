import { assertEquals } from "@std/assert";
import { NamespaceIndex } from "./namespace_index.ts";

function index(): NamespaceIndex {
  const made = new NamespaceIndex();
  const note = (key: string, sequence: number, expiresAt?: number, deleted = false) =>
    made.apply({ key, sequence, deleted, expiresAt });
  note("a", 1);
  note("a.b", 2, 100);
  note("a.c", 3, 200);
  note("a-20", 4);
  note("ab", 5);
  note("z", 6);
  note("z", 7, undefined, true);
  return made;
}

const keysAt = (made: NamespaceIndex, now: number, prefix = "", offset = 0, limit = 10) => {
  const { count, keys } = made.page({ prefix, offset, limit, now });
  return { count, keys: keys.map(({ key, sequence }) => `${key} ${sequence}`) };
};

Deno.test("[P49] an index answers pages in order, of all keys or those below a prefix", () => {
  const made = index();
  const all = ["a 1", "a-20 4", "a.b 2", "a.c 3", "ab 5"];
  assertEquals(keysAt(made, 0), { count: 5, keys: all });
  assertEquals(keysAt(made, 0, "", 1, 2), { count: 5, keys: all.slice(1, 3) });
  assertEquals(keysAt(made, 0, "a."), { count: 2, keys: ["a.b 2", "a.c 3"] });
  assertEquals(keysAt(made, 0, "a.", 1), { count: 2, keys: ["a.c 3"] });
  assertEquals(keysAt(made, 0, "a.", 2), { count: 2, keys: [] });
  assertEquals(keysAt(made, 0, "b."), { count: 0, keys: [] });
});

Deno.test("[P67] what has expired is left out and not counted, until it is written again", () => {
  const made = index();
  assertEquals(keysAt(made, 99, "a.").count, 2);
  assertEquals(keysAt(made, 100, "a."), { count: 1, keys: ["a.c 3"] });
  assertEquals(keysAt(made, 1000, "a.").count, 0);
  made.apply({ key: "a.b", sequence: 8, deleted: false, expiresAt: undefined });
  made.apply({ key: "a.c", sequence: 9, deleted: false, expiresAt: 2000 });
  assertEquals(keysAt(made, 1000, "a."), { count: 2, keys: ["a.b 8", "a.c 9"] });
  made.apply({ key: "a.c", sequence: 10, deleted: false, expiresAt: undefined });
  assertEquals(keysAt(made, 3000, "a."), { count: 2, keys: ["a.b 8", "a.c 10"] });
});
