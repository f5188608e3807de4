import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { OpenedLetter } from "./letter.ts";
import type { LetterFilter } from "./letter_box.ts";
import type { OpenLetters } from "./open_letters.ts";
import type { ExplainedError } from "../program/command_context.ts";

/** So many letters of one id are looked through. */
const MOST_LETTERS = 100;

/** The newest letter of an event, a job or an operation; the error says whose it is, where several groups have given it up. */
export async function foundLetter(
  id: string,
  { kind, group }: Pick<LetterFilter, "kind" | "group">,
  { deployment, box }: OpenLetters,
): Promise<Result<OpenedLetter, ExplainedError>> {
  const page = (await box.page({ id, kind, group }, { limit: MOST_LETTERS })).take();
  if (isErr(page)) return page;
  const groups = [...new Set(page.letters.map((letter) => letter.group))];
  const newest = page.letters.at(-1);
  if (newest === undefined) {
    const whose = group === undefined ? deployment : `${group} of ${deployment}`;
    return err({
      code: "not_found",
      message: `"${id}" is no dead letter of ${whose}`,
      hint: "list them",
      command: ["dead", "ls", deployment],
    });
  }
  return groups.length === 1 ? ok(newest) : err({
    code: "usage",
    message: `"${id}" is a dead letter of ${groups.join(" and of ")}`,
    hint: "say which one with --group",
  });
}
