import { assertEquals } from "@std/assert";
import { styleFor, wantsColor } from "./style.ts";

Deno.test("without colour every style is the identity", () => {
  const style = styleFor(false);
  for (const paint of Object.values(style)) assertEquals(paint("text"), "text");
});

Deno.test("with colour a style ends only itself, so that styles nest", () => {
  const style = styleFor(true);
  assertEquals(style.red("a"), "\u001b[31ma\u001b[39m");
  assertEquals(style.bold(style.red("a")), "\u001b[1m\u001b[31ma\u001b[39m\u001b[22m");
});

Deno.test("the option wins over NO_COLOR, over FORCE_COLOR, over the terminal", () => {
  const decide = (env: Record<string, string>, isTerminal: boolean, noColor = false) =>
    wantsColor({ env, isTerminal, noColor });
  assertEquals(decide({}, true), true);
  assertEquals(decide({}, false), false);
  assertEquals(decide({ TERM: "dumb" }, true), false);
  assertEquals(decide({ NO_COLOR: "1" }, true), false);
  assertEquals(decide({ NO_COLOR: "" }, true), true);
  assertEquals(decide({ FORCE_COLOR: "1" }, false), true);
  assertEquals(decide({ FORCE_COLOR: "0" }, true), false);
  assertEquals(decide({ FORCE_COLOR: "1", NO_COLOR: "1" }, true), false);
  assertEquals(decide({ FORCE_COLOR: "1" }, true, true), false);
});
