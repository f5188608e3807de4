import type { ScanOptions } from "../../../reconcile/impact/bucket_scanner.ts";
import { progress } from "../../terminal/progress.ts";
import type { CommandContext } from "../../program/command_context.ts";

/** How buckets are looked at for a command, with a line on a terminal while it takes a while. */
export function scanProgress(context: CommandContext): ScanOptions & Disposable {
  const { terminal, globals, signal } = context;
  const label = "looking at the data";
  const work = progress(terminal, label, globals.quiet || !terminal.err.isTerminal);
  const number = (value: number) => value.toLocaleString("en-US");
  return {
    // A person asked for it and can end it.
    timeLimitMs: 10 * 60_000,
    signal,
    progress: (scanned, total) =>
      work.update(`${label}: ${number(scanned)} of ${number(total)} revisions`),
    [Symbol.dispose]: () => work[Symbol.dispose](),
  };
}
