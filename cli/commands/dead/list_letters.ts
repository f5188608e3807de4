import { isErr } from "../../../contracts/result.ts";
import type { WorkKind } from "../../../contracts/stored/work_names.ts";
import { closedLetter } from "../../letters/letter.ts";
import type { OpenLetters } from "../../letters/open_letters.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { table } from "../../terminal/table.ts";
import { letterJson } from "./letter_json.ts";

/** Lists a page of dead letters. */
export async function listLetters(
  { kind, group, limit, after }: {
    readonly kind?: WorkKind;
    readonly group: string | undefined;
    readonly limit: number;
    readonly after: number | undefined;
  },
  { deployment, box, schemas }: OpenLetters,
  context: CommandContext,
): Promise<ExitCode> {
  const page = (await box.page({ kind, group }, { after, limit })).take();
  if (isErr(page)) return failed(context, page.error);
  const { output, terminal: { out } } = context;
  const letters = page.letters.map(closedLetter);
  const now = Date.now();
  output.data(
    { letters: letters.map((letter) => letterJson(letter, schemas)), next: page.next ?? null },
    () =>
      table(
        letters,
        [
          { heading: "id", cell: ({ id }) => id, whole: true },
          { heading: "of", cell: ({ group }) => group },
          { heading: "what", cell: ({ subject }) => schemas.nameOf(subject) },
          { heading: "reason", cell: ({ reason }) => reason, paint: () => out.style.red },
          { heading: "tries", cell: ({ tries }) => String(tries), align: "right" },
          { heading: "given up", cell: ({ deadAt }) => relativeTime(deadAt, now) },
          { heading: "error", cell: ({ error }) => error },
        ],
        out.columns,
        out.style,
      ),
  );
  if (letters.length === 0) {
    output.talk(
      group === undefined
        ? `${deployment} has no dead letters`
        : `${group} of ${deployment} has no dead letters`,
    );
  }
  if (page.next !== undefined) output.talk(`there are more; --after ${page.next}`);
  return EXIT_CODE.ok;
}
