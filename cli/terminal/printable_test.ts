import { assertEquals } from "@std/assert";
import { isPrintable, printable, printableJson } from "./printable.ts";

Deno.test("control characters, line ends and turned text are written as escapes", () => {
  assertEquals(printable("a\u001b[2Jb"), "a\\u001b[2Jb");
  assertEquals(printable("a\r\nb\tc\0\u007f\u009b"), "a\\r\\nb\\tc\\u0000\\u007f\\u009b");
  assertEquals(printable("x\u202ey\u2028z"), "x\\u202ey\\u2028z");
  assertEquals(printable("\ud800"), "\\ud800");
  assertEquals(
    printable("a\u200b\u2066\ufeff\u00ad\u{e0041}"),
    "a\\u200b\\u2066\\ufeff\\u00ad\\udb40\\udc41",
  );
});

Deno.test("letters of any script and joined emoji stay as they are", () => {
  for (const text of ["", "Ünïcödé", "日本語", "नमस्ते", "👩‍👩‍👧", "🇩🇪", "❤️", "a\u0301", "می‌خواهم"]) {
    assertEquals(printable(text), text);
  }
});

Deno.test("line breaks stay in text of several lines, and nothing else does", () => {
  assertEquals(
    printable("one\r\ntwo\n\tthree\u001b", { lines: true }),
    "one\ntwo\n\\tthree\\u001b",
  );
});

Deno.test("printable JSON is one safe line and the same JSON", () => {
  const value = { a: "\u009b2J\u202e\n", b: [1, null] };
  const line = printableJson(value);
  assertEquals(line, '{"a":"\\u009b2J\\u202e\\n","b":[1,null]}');
  assertEquals(JSON.parse(line), value);
});

Deno.test("plain text may have line breaks and tabs, and nothing that a terminal obeys", () => {
  for (const text of ["", "a\tb\r\nc\n", "cut\r"]) assertEquals(isPrintable(text), true, text);
  for (const text of ["a\u001b", "a\rb", "\u202e", "\u009b"]) {
    assertEquals(isPrintable(text), false, text);
  }
});
