import { err, ok, type Result } from "../../contracts/result.ts";
import { askLine } from "../terminal/reading/ask_line.ts";
import type { CommandContext, ExplainedError } from "./command_context.ts";

/**
 * Has a person confirm what they were told of, unless `--yes` did. Errors: `usage` where nobody can be asked,
 * `interrupted` when they do not.
 */
export async function confirm(
  question: string,
  yes: boolean,
  { canAsk, signal }: Pick<CommandContext, "canAsk" | "signal">,
): Promise<Result<void, ExplainedError>> {
  if (yes) return ok();
  if (!canAsk) {
    const message = "nobody can be asked: this is no terminal; nothing was changed";
    return err({ code: "usage", message, hint: "--yes says that you mean it" });
  }
  const answer = await askLine(`${question} [y/N] `, signal);
  return /^y(es)?$/i.test(answer?.trim() ?? "")
    ? ok()
    : err({ code: "interrupted", message: "nothing was changed" });
}
