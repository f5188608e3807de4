import { err, ok, type Result } from "../../contracts/result.ts";
import { type Shell, SHELLS } from "../program/command.ts";
import { quote } from "../command_line/quote.ts";

/** The hidden command by which completion scripts ask: `trellis __complete bash kv ge`. */
export const COMPLETE_WORD = "__complete";

/** A shell wants its script, or what can stand at the cursor; `answerCompletion` has it. */
export interface CompletionAsked {
  readonly kind: "completion";
  readonly shell: Shell;
  /** The words up to the cursor, the last one unfinished; undefined: the script is wanted. */
  readonly words: readonly string[] | undefined;
}

/** Reads what a completion script asks. Its words are looked at by completion alone. */
export function readCompletion(argv: readonly string[]): Result<CompletionAsked, string> {
  const [, given = "", ...words] = argv;
  const shell = SHELLS.find((candidate) => candidate === given);
  if (shell === undefined) return err(`there is no completion for ${quote(given)}`);
  return ok({ kind: "completion", shell, words });
}
