import type { CommandTable } from "../command_line/command_table.ts";
import type { CommandLineEnvironment } from "../command_line/parse_command_line.ts";
import { quote } from "../command_line/quote.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import { candidates } from "./candidates.ts";
import { insertedText } from "./inserted_text.ts";
import { SHELLS } from "./shells.ts";
import { typedLine, wordText } from "./typed_line.ts";

/** Where values are looked up when the line does not say it. */
export interface CompletionEnvironment extends CommandLineEnvironment {
  readonly localPort: number | undefined;
}

/**
 * Answers a completion script; the text goes to stdout as it is. See `completionScript`.
 *
 * @param asked the shell, the line up to the cursor, and for bash its word breaks
 */
export async function answerCompletion(
  [given = "", line = "", breaks = ""]: readonly string[],
  table: CommandTable,
  environment: CompletionEnvironment,
): Promise<Result<string, string>> {
  const shell = SHELLS.find((name) => name === given);
  if (shell === undefined) return err(`there is no completion for ${quote(given)}`);
  const words = typedLine(line, shell);
  const word = words.at(-1);
  // The first word is the program itself.
  if (word === undefined || words.length < 2) return ok("texts\n");
  const found = await candidates(words.slice(1).map(wordText), table, environment);
  const path = found.find((candidate) => candidate.kind === "path");
  if (path !== undefined) return ok(`${path.type}\n`);
  const lines = found.filter((candidate) => candidate.kind === "text")
    .flatMap(({ text, description }) => {
      const inserted = insertedText(text, shell, word, breaks);
      if (inserted === undefined) return [];
      // Bash has no place for it.
      const isDescribed = description !== undefined && shell !== "bash";
      return [isDescribed ? `${inserted}\t${description}` : inserted];
    });
  return ok(["texts", ...lines, ""].join("\n"));
}
