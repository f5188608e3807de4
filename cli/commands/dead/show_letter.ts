import { isErr } from "../../../contracts/result.ts";
import type { WorkKind } from "../../../contracts/stored/work_names.ts";
import { misfitText } from "../../letters/event_schemas.ts";
import { bodyText } from "../../letters/body_text.ts";
import { closedLetter } from "../../letters/letter.ts";
import type { OpenLetters } from "../../letters/open_letters.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { printable } from "../../terminal/printable.ts";
import { foundLetter } from "../../letters/found_letter.ts";
import { letterJson } from "./letter_json.ts";

/** Shows a dead letter with what it holds, as far as a person can read it. */
export async function showLetter(
  { id, kind, group }: {
    readonly id: string;
    readonly kind?: WorkKind;
    readonly group: string | undefined;
  },
  opened: OpenLetters,
  context: CommandContext,
): Promise<ExitCode> {
  const found = (await foundLetter(id, { kind, group }, opened)).take();
  if (isErr(found)) return failed(context, found.error);
  const { schemas } = opened;
  const letter = closedLetter(found);
  const misfit = misfitText(schemas.fit(found));
  const body = bodyText(found.body);
  context.output.data(
    {
      ...letterJson(letter, schemas),
      fits: misfit === undefined,
      misfit: misfit ?? null,
      body: body.text,
      bodyCut: body.cut,
    },
    () => {
      const { style } = context.terminal.out;
      const isEvent = letter.kind !== "job" && letter.kind !== "operation";
      const facts: readonly (readonly [string, string])[] = [
        ["id", isEvent ? `${letter.id}, ${letter.subject}` : letter.id],
        ["of", `${letter.kind} ${letter.group}`],
        [
          "reason",
          `${letter.reason}, after ${letter.tries} ${letter.tries === 1 ? "try" : "tries"}`,
        ],
        ["error", letter.error || "-"],
        [isEvent ? "published" : "created", letter.publishedAt],
        ["given up", letter.deadAt],
        ["cause", letter.cause ?? "not known"],
        ["contract", letter.digest ?? "not known"],
        ["today", misfit === undefined ? "fits the schema" : `does not fit: ${misfit}`],
      ];
      const width = Math.max(...facts.map(([name]) => name.length));
      return [
        ...facts.map(([name, text]) => `${style.dim(name.padEnd(width))}  ${printable(text)}`),
        "",
        printable(body.text, { lines: true }),
        ...(body.cut ? [style.dim(`(the first part of ${letter.bytes} bytes)`)] : []),
      ].join("\n");
    },
  );
  return EXIT_CODE.ok;
}
