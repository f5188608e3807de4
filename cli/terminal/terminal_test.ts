import { assertEquals } from "@std/assert";
import { systemClock } from "./clock.ts";
import { createTerminal } from "./terminal.ts";

Deno.test("each stream has its own width and colour, and the window may change", () => {
  let columns: number | undefined = 100;
  const terminal = createTerminal({
    stdout: { write: () => {} },
    stderr: { write: () => {} },
    isTerminal: { stdout: false, stderr: true },
    columns: () => columns,
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
