import type { CallFailure } from "../../calls/call_served.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";

/** Reports why a service has not answered with a value. */
export function callFailed(
  context: CommandContext,
  { message, code, transport, trace }: CallFailure,
): ExitCode {
  if (transport !== undefined) {
    const { code, hint, command, isOutcomeUnknown } = transport;
    const advice = { message, code, hint, command };
    return failed(context, isOutcomeUnknown ? { ...advice, trace } : advice);
  }
  // No exit code is kept for what a contract declares.
  context.output.problem({ message, code, trace });
  return EXIT_CODE.failure;
}
