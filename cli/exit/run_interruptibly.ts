import type { Terminal } from "../terminal/terminal.ts";
import { environmentProblem } from "../program/environment_problem.ts";
import { EXIT_CODE, type ExitCode } from "../program/exit_code.ts";
import type { Output } from "../program/output.ts";

/** Milliseconds in which a Ctrl-C is one: `deno task` passes on what its terminal has sent to all anyway. */
const ONE_PRESS_MS = 200;

/** Milliseconds that the last word of a process may take to leave it. */
const LAST_WORD_MS = 200;

/**
 * Runs a command until all that it wrote has left the process. The first Ctrl-C asks it to stop, the
 * second ends the process at once. It is also asked to stop when standard output takes nothing more: a
 * reader that went away had what it wanted, and anything else is a failure.
 */
export async function runInterruptibly(
  { out, err, status }: Terminal,
  output: Output,
  run: (signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const stop = new AbortController();
  const interrupted = new AbortController();
  let pressedAt = -Infinity;
  const interrupt = () => {
    const now = performance.now();
    if (now - pressedAt < ONE_PRESS_MS) return;
    pressedAt = now;
    status.clear();
    if (stop.signal.aborted) return endNow();
    stop.abort(new DOMException("interrupted", "AbortError"));
    interrupted.abort();
  };
  const endNow = () => {
    output.problem({
      code: "interrupted",
      message: "ended at once, because it was asked to stop a second time",
      hint: "what was in work is lost, or is done again by others",
    });
    // Nobody has to read it.
    err.stream.flushed(AbortSignal.timeout(LAST_WORD_MS))
      .finally(() => Deno.exit(EXIT_CODE.interrupted));
  };
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  for (const name of signals) Deno.addSignalListener(name, interrupt);
  const { stream } = out;
  void stream.ended.then(() => stop.abort(new DOMException("output ended", "AbortError")));
  // A reader that reads no further must not hold up Ctrl-C.
  const flushed = () => stream.flushed(interrupted.signal);
  try {
    const code = await run(stop.signal).catch((error) => {
      if (stop.signal.aborted && error === stop.signal.reason) return EXIT_CODE.interrupted;
      const problem = environmentProblem(error);
      if (problem === undefined) throw error;
      output.problem(problem);
      return EXIT_CODE.failure;
    });
    const wasInterrupted = interrupted.signal.aborted;
    await flushed();
    const { end } = stream;
    if (end?.kind === "failed") {
      output.problem({
        code: "not_written",
        message: `standard output cannot be written: ${end.reason}`,
      });
      await flushed();
      return EXIT_CODE.failure;
    }
    // Ctrl-C that came now cut the output off.
    if (interrupted.signal.aborted && !wasInterrupted) return EXIT_CODE.interrupted;
    return end?.kind === "closed" && code === EXIT_CODE.interrupted ? EXIT_CODE.ok : code;
  } finally {
    for (const name of signals) Deno.removeSignalListener(name, interrupt);
  }
}
