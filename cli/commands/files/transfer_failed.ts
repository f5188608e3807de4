import { TransferError } from "../../../contracts/errors/transfer_error.ts";
import { failureOf } from "../../calls/call_served.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { callFailed } from "../call/call_failed.ts";

/**
 * Reports why a file was not sent or fetched, and says how the command ends.
 *
 * @param kept whether the same command goes on where it was
 */
export function transferFailed(
  context: CommandContext,
  name: string,
  error: Error,
  kept: boolean,
): ExitCode {
  const hint = kept ? "the same command goes on where this one was" : undefined;
  if (context.signal.aborted) {
    context.output.talk(hint === undefined ? "interrupted" : `interrupted; ${hint}`);
    return EXIT_CODE.interrupted;
  }
  if (!(error instanceof TransferError)) return callFailed(context, failureOf(name, error));
  const { message, reason, retryable } = error;
  return failed(context, {
    message: `${name}: ${message}`,
    code: reason,
    hint: retryable ? hint : undefined,
  });
}
