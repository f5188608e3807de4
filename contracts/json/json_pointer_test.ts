import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { appendPointer, parsePointer, resolvePointer } from "./json_pointer.ts";
import { anyText } from "../../tests/support/random/any_text.ts";

Deno.test("tokens survive the way into a pointer and back", () => {
  fc.assert(fc.property(fc.array(anyText()), (tokens) => {
    assertEquals(parsePointer(appendPointer("", ...tokens)), tokens);
  }));
  assertEquals(appendPointer("/a", "b/c", "~1", 3), "/a/b~1c/~01/3");
});

Deno.test("what is no pointer is refused", () => {
  assertEquals(parsePointer(""), []);
  assertEquals(parsePointer("/"), [""]);
  for (const wrong of ["a", "a/b", "/a~", "/~2", "#/a"]) {
    assertEquals(parsePointer(wrong), undefined);
  }
});

Deno.test("a pointer leads to own members only", () => {
  const value = { a: [{ b: 1 }], "": 2, "x/y": 3, n: null };
  assertEquals(resolvePointer(value, ""), value);
  assertEquals(resolvePointer(value, "/a/0/b"), 1);
  assertEquals(resolvePointer(value, "/"), 2);
  assertEquals(resolvePointer(value, "/x~1y"), 3);
  assertEquals(resolvePointer(value, "/n"), null);
  const dead = [
    "/a/1",
    "/a/-",
    "/a/length",
    "/a/0/b/c",
    "/toString",
    "/__proto__",
    "/a/constructor",
    "a",
  ];
  for (const pointer of dead) assertEquals(resolvePointer(value, pointer), undefined, pointer);
  assertEquals(resolvePointer(JSON.parse('{"__proto__":1}'), "/__proto__"), 1);
});
