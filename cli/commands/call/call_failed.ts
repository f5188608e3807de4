import type { CallFailure } from "../../calls/call_served.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";

/** Reports why a service has not answered with a value. */
export function callFailed(
  context: CommandContext,
  { message, code, transport }: CallFailure,
): ExitCode {
  if (transport !== undefined) {
    const { code, hint, command } = transport;
    return failed(context, { message, code, hint, command });
  }
  // No exit code is kept for what a contract declares.
  context.output.problem({ message, code });
  return EXIT_CODE.failure;
}
