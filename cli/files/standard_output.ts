import { err, ok } from "../../contracts/result.ts";
import type { CommandContext, ExplainedError } from "../program/command_context.ts";
import { isPrintable } from "../terminal/printable.ts";
import type { Destination } from "./file_destination.ts";

/**
 * Standard output for bytes as they are. A terminal is given plain text only, unless it is forced:
 * whoever stored the bytes could otherwise control it.
 */
export function standardOutput(
  { terminal: { out }, signal }: CommandContext,
  forced: boolean,
): Destination {
  const guard = out.isTerminal && !forced ? new TextDecoder("utf-8", { fatal: true }) : undefined;
  return {
    isTerminal: out.isTerminal,
    async write(bytes) {
      if (guard !== undefined && !isText(guard, bytes)) return err(NOT_TEXT);
      out.bytes(bytes);
      await out.stream.flushed(signal);
      // Why it takes no more is reported for all commands in one place.
      return ok(out.stream.end === undefined ? "written" : "closed");
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
    return isPrintable(decoder.decode(bytes, { stream: true }));
  } catch {
    return false;
  }
}
