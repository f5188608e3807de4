import type { StoreError } from "../../../runtime/store/store_error.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";

/**
 * Reports that a store refused something, and says how the command ends.
 *
 * @param left what an interruption left behind, as `nothing was stored`
 */
export function storeFailed(
  context: CommandContext,
  { message, reason }: StoreError,
  left?: string,
): ExitCode {
  if (reason !== "aborted") return failed(context, { message, code: reason });
  context.output.talk(left === undefined ? "interrupted" : `interrupted; ${left}`);
  return EXIT_CODE.interrupted;
}
