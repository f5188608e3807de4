import { err, ok, type Result } from "../../../contracts/result.ts";
import type { CommandContext, ExplainedError } from "../../program/command_context.ts";
import type { Destination } from "./file_destination.ts";

/** What a terminal would obey instead of showing it. */
const CONTROL = /[^\P{Cc}\t\r\n]/u;

/**
 * Standard output for bytes as they are. A terminal is given text alone, unless it is forced: anything
 * else could do to it whatever whoever stored the bytes likes.
 */
export function standardOutput(
  { terminal, signal }: CommandContext,
  forced: boolean,
): Destination {
  const { isTerminal } = terminal.out;
  const guard = isTerminal && !forced ? new TextDecoder("utf-8", { fatal: true }) : undefined;
  return {
    isTerminal,
    async write(bytes) {
      if (guard !== undefined && !isText(guard, bytes)) return err(NOT_TEXT);
      return await written(bytes, signal);
    },
    commit: () => Promise.resolve(ok()),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const NOT_TEXT: ExplainedError = {
  code: "not_text",
  message: "the object is not plain text, and standard output is a terminal",
  hint: "save it with --out <file>, pipe it into a program, or insist with --out -",
};

function isText(decoder: TextDecoder, bytes: Uint8Array): boolean {
  try {
    return !CONTROL.test(decoder.decode(bytes, { stream: true }));
  } catch {
    return false;
  }
}

async function written(
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<Result<"written" | "closed", ExplainedError>> {
  try {
    for (let rest = bytes; rest.length > 0;) {
      const some = await orAborted(Deno.stdout.write(rest), signal);
      // The stream says what interrupted it.
      if (some === undefined) return ok("written");
      rest = rest.subarray(some);
    }
    return ok("written");
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return ok("closed");
    const reason = error instanceof Error ? error.message : String(error);
    return err({ code: "not_written", message: `standard output takes nothing: ${reason}` });
  }
}

/** Undefined when the signal comes first: a reader that has stopped must not hold up Ctrl-C. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const abort = () => resolve(undefined);
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
