import { assertEquals, assertStringIncludes } from "@std/assert";
import { recordingTerminal } from "./recording_terminal.ts";

Deno.test("a picture takes the place of the one before it, and has no more lines than the window", () => {
  const { terminal, out } = recordingTerminal({ isTerminal: true, rows: 3 });
  terminal.picture.show("a\nb\nc\nd");
  assertEquals(out(), "a\nb\n");
  terminal.picture.show("e");
  assertEquals(out(), "a\nb\n\x1b[2A\r\x1b[Je\n");
  terminal.picture.show("f");
  assertStringIncludes(out(), "\x1b[1A\r\x1b[Jf\n");
});

Deno.test("where the window has another width, it begins anew", () => {
  let columns = 40;
  const { terminal, out } = recordingTerminal({ isTerminal: true, columns: () => columns });
  terminal.picture.show("a");
  columns = 20;
  terminal.picture.show("b");
  assertEquals(out(), "a\n\x1b[H\x1b[2Jb\n");
});

Deno.test("nothing is drawn where lines cannot be rewritten, and nothing foreign moves the cursor", () => {
  for (const options of [{ isTerminal: false }, { isTerminal: true, env: { TERM: "dumb" } }]) {
    const { terminal, out } = recordingTerminal(options);
    terminal.picture.show("a");
    assertEquals([out(), terminal.picture.available], ["", false]);
  }
  const { terminal, out } = recordingTerminal({ isTerminal: true });
  terminal.picture.show("a\x1b[2Jb");
  assertEquals(out().includes("\x1b"), false);
});
