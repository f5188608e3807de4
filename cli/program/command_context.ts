import type { GlobalOptions } from "../program/global_options.ts";
import { EXIT_CODE, type ExitCode } from "./exit_code.ts";
import type { Output } from "./output.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** What every command is given. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly output: Output;
  readonly globals: GlobalOptions;
  /** Aborts on Ctrl-C and on SIGTERM. */
  readonly signal: AbortSignal;
  /** Who acts, for the history of decisions. */
  readonly by: string;
  /** Whether somebody can be asked. */
  readonly canAsk: boolean;
  /** Where this machine's NATS server listens when nobody names one; 4222 unless set. */
  readonly localPort?: number | undefined;
}

/** An error as every layer makes them: what happened, what to do, and a code. */
export interface ExplainedError {
  readonly message: string;
  readonly hint?: string;
  readonly code?: string;
}

/** Reports an error and says which exit code it has. */
export function failed(context: CommandContext, error: ExplainedError): ExitCode {
  const { message, hint, code } = error;
  context.output.problem({ message, hint, code });
  return exitCodeOf(code);
}

/** The exit code of an error: which kind of failure a script has to tell apart. */
export function exitCodeOf(code: string | undefined): ExitCode {
  switch (code) {
    case "deployment_not_found":
    case "plan_not_found":
    case "version_not_found":
    case "resource_not_retired":
    case "not_found":
    case "alias_not_found":
    case "rpc_not_found":
      return EXIT_CODE.notFound;
    case "plan_is_migration":
    case "acknowledgement_required":
      return EXIT_CODE.decision;
    case "version_conflict":
    case "plan_already_decided":
    case "plan_superseded":
    case "plan_outdated":
    case "plan_pending":
    case "revision_mismatch":
    case "exists":
      return EXIT_CODE.conflict;
    case "unavailable":
    case "unreachable":
    case "trellis.connection.refused":
    case "trellis.connection.lost":
    case "trellis.connection.unauthorized":
    case "trellis.server.unsupported":
      return EXIT_CODE.unreachable;
    default:
      return EXIT_CODE.failure;
  }
}
