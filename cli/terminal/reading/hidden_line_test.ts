import { assertEquals } from "@std/assert";
import { type TypedLine, typeMore } from "./hidden_line.ts";

const EMPTY: TypedLine = { text: "", state: "typing" };

Deno.test("a hidden line ends with Enter, and takes back letters and itself", () => {
  assertEquals(typeMore(EMPTY, "pass"), { text: "pass", state: "typing" });
  assertEquals(typeMore({ ...EMPTY, text: "pass" }, "\x7fté\r"), { text: "pasté", state: "done" });
  assertEquals(typeMore(EMPTY, "a𝄞\b\x1b\n"), { text: "a", state: "done" });
  assertEquals(typeMore(EMPTY, "wrong\x15right\n"), { text: "right", state: "done" });
  assertEquals(typeMore(EMPTY, "\x04"), { text: "", state: "ended" });
  assertEquals(typeMore(EMPTY, "a\x04\n"), { text: "a", state: "done" });
});
