import { assertEquals } from "@std/assert";
import { systemClock } from "./clock.ts";
import { SILENT_STREAM } from "./output_stream.ts";
import { recordingTerminal } from "./recording_terminal.ts";
import { createTerminal } from "./terminal.ts";

Deno.test("each stream has its own width and colour, and the window may change", () => {
  let columns: number | undefined = 100;
  const terminal = createTerminal({
    stdout: SILENT_STREAM,
    stderr: SILENT_STREAM,
    isTerminal: { stdout: false, stderr: true },
    columns: () => columns,
    rows: () => undefined,
    env: {},
    noColor: false,
    clock: systemClock,
  });
  assertEquals([terminal.out.columns, terminal.err.columns], [Infinity, 100]);
  assertEquals(terminal.out.style.red("a"), "a");
  assertEquals(terminal.err.style.red("a"), "\u001b[31ma\u001b[39m");
  columns = undefined;
  assertEquals(terminal.err.columns, 80);
});

Deno.test("nothing but styles reaches a screen unescaped", () => {
  const text = "\u001b[2Ja\u009b\u202eb\u200b\u2028c\u001b]0;x\u0007\r";
  const safe = "\\u001b[2Ja\\u009b\\u202eb\\u200b\\u2028c\\u001b]0;x\\u0007\\r";
  for (const isTerminal of [true, false]) {
    const { terminal, out, err } = recordingTerminal({ isTerminal, env: {} });
    const { style } = terminal.out;
    terminal.out.line(`${style.red("red")} ${text}`);
    terminal.err.line(text);
    assertEquals([out(), err()], [`${style.red("red")} ${safe}\n`, `${safe}\n`]);
  }
});

Deno.test("without colour even a foreign style is escaped", () => {
  const { terminal, out } = recordingTerminal({ isTerminal: true, env: { NO_COLOR: "1" } });
  terminal.out.line("\u001b[31mred");
  assertEquals(out(), "\\u001b[31mred\n");
});

Deno.test("text for programs is exact where no terminal is", () => {
  for (const isTerminal of [true, false]) {
    const { terminal, out } = recordingTerminal({ isTerminal });
    terminal.out.exact("a\u202e\tb\n");
    assertEquals(out(), isTerminal ? "a\\u202e\\tb\n" : "a\u202e\tb\n");
  }
});
