import { systemClock } from "./clock.ts";
import { outputStream, WriteQueue } from "./output_stream.ts";
import { isBlocking, isPipe, readerGone } from "./reader_gone.ts";
import type { ColorEnvironment } from "./style.ts";
import { createTerminal, type Terminal } from "./terminal.ts";

/** The terminal of this process: its standard output and its standard error. */
export function processTerminal(env: ColorEnvironment, noColor: boolean): Terminal {
  const queue = new WriteQueue();
  const stream = (sink: typeof Deno.stdout | typeof Deno.stderr, fd: number) =>
    outputStream(sink, {
      queue,
      isPrompt: !isPipe(fd),
      isBlocking: isPipe(fd) && isBlocking(fd),
      readerGone: () => readerGone(fd),
    });
  return createTerminal({
    stdout: stream(Deno.stdout, 1),
    stderr: stream(Deno.stderr, 2),
    isTerminal: { stdout: Deno.stdout.isTerminal(), stderr: Deno.stderr.isTerminal() },
    columns: () => consoleSize()?.columns,
    rows: () => consoleSize()?.rows,
    env,
    noColor,
    clock: systemClock,
  });
}

function consoleSize(): ReturnType<typeof Deno.consoleSize> | undefined {
  try {
    return Deno.consoleSize();
  } catch {
    return undefined;
  }
}
