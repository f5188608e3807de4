import type { Log } from "../log/log_lines.ts";
import type { GlobalOptions } from "../program/global_options.ts";
import { type ErrorCode, exitCodeOf } from "./error_code.ts";
import type { ExitCode } from "./exit_code.ts";
import type { Advice } from "./command_text.ts";
import type { Output } from "./output.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** What every command is given. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly output: Output;
  readonly globals: GlobalOptions;
  /** Where a command that runs on says what happens, when no person reads it. */
  readonly log?: Log | undefined;
  /** Aborts on Ctrl-C and on SIGTERM. */
  readonly signal: AbortSignal;
  /** Who acts, for the history of decisions. */
  readonly by: string;
  /** Whether a person can be asked. */
  readonly canAsk: boolean;
  /** Where this machine's NATS server listens when none is named; 4222 unless set. */
  readonly localPort?: number | undefined;
}

/** An error as every layer makes them: what happened, what to do, and a code. */
export interface ExplainedError extends Advice {
  readonly message: string;
  readonly code: ErrorCode;
  /** What `trellis trace` is asked for to see what the failed call has led to. */
  readonly trace?: string | undefined;
}

/** Reports an error and says which exit code it has. */
export function failed(context: CommandContext, error: ExplainedError): ExitCode {
  const { message, hint, command, code, trace } = error;
  context.output.problem({ message, hint, command, code, trace });
  return exitCodeOf(code);
}
