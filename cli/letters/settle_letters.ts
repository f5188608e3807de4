import { EVENT_SUBJECTS } from "../../contracts/stored/event_stream.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { auditNotes } from "../program/audit_notes.ts";
import type { DataEditor } from "../program/data_audit.ts";
import { type Fit, misfitText } from "./event_schemas.ts";
import { closedLetter, type Letter } from "./letter.ts";
import type { LetterBox, LetterFilter } from "./letter_box.ts";
import type { OpenLetters } from "./open_letters.ts";

/** What is to become of letters. */
export type Settlement = "retried" | "discarded";

/** A letter, and whether it may be tried again. */
export interface JudgedLetter {
  readonly letter: Letter;
  /** Why it must stay; undefined: it may go. */
  readonly stays: string | undefined;
}

/** What has become of letters. */
export interface Settled {
  readonly done: readonly Letter[];
  readonly stay: readonly { readonly letter: Letter; readonly why: string }[];
}

const PAGE = 100;
const QUEUE_WORD = { job: "queue", operation: "operation" } as const;
/** What the subjects of events begin with. */
const EVENT_PREFIX = EVENT_SUBJECTS.slice(0, EVENT_SUBJECTS.indexOf("*"));

/** All letters that pass a filter, and whether each may be tried again; what comes meanwhile is not among them. */
export async function judgeLetters(
  opened: OpenLetters,
  filter: LetterFilter,
): Promise<Result<readonly JudgedLetter[], ExplainedError>> {
  const judged: JudgedLetter[] = [];
  for (let after: number | undefined = 0; after !== undefined;) {
    const page: Awaited<ReturnType<LetterBox["page"]>> = await opened.box.page(filter, {
      after,
      limit: PAGE,
    });
    if (page.isErr()) return err(page.error);
    const { letters, next } = page.orThrow();
    for (const letter of letters) {
      const fit = opened.schemas.fit(letter);
      judged.push({ letter: closedLetter(letter), stays: reasonToStay(letter, fit, opened) });
    }
    after = next;
  }
  return ok(judged);
}

/** Why a letter cannot be tried again; undefined when it can. */
export function reasonToStay(
  { kind, group, subject }: Letter,
  fit: Fit,
  { groups }: Pick<OpenLetters, "groups">,
): string | undefined {
  if (kind === "group" && !groups.has(kind, group)) {
    return `is of ${group}, which is no group of the service any more`;
  }
  if ((kind === "job" || kind === "operation") && !groups.has(kind, group)) {
    return `is of ${group}, which is no ${QUEUE_WORD[kind]} of the service any more`;
  }
  // Whoever has started it was told how it has ended.
  if (kind === "operation") return `is an operation that has failed for good: it is started again`;
  // A position says what a projection has folded: an event out of its place would be left out.
  if (kind === "projection") return `is of the projection ${group}, which is made again as a whole`;
  if (kind === "relay" && !subject.startsWith(EVENT_PREFIX)) {
    return `is a change of ${group} that no event can be made of`;
  }
  const misfit = misfitText(fit);
  return misfit === undefined ? undefined : `does not fit today's schema: ${misfit}`;
}

/**
 * Gives letters back to their groups and queues, or throws them away, one after the other. Each is an entry in the audit
 * history before it is done. The error says how far it came.
 */
export async function settleLetters(
  opened: OpenLetters,
  letters: readonly Letter[],
  settlement: Settlement,
  editor: DataEditor,
): Promise<Result<Settled, ExplainedError>> {
  const note = await auditNotes(editor);
  const done: Letter[] = [];
  const stay: { letter: Letter; why: string }[] = [];
  for (const letter of letters) {
    const why = (await settleLetter(opened, letter, settlement, (details) =>
      note({
        kind: `letter.${settlement}`,
        by: editor.by,
        subject: opened.deployment,
        details,
      }))).take();
    if (isErr(why)) {
      const { code, message, hint, command } = why.error;
      const far = `${done.length} of ${letters.length} are ${settlement}`;
      return err({ code, message: `${message}; ${far}`, hint, command });
    }
    if (why === undefined) done.push(letter);
    else stay.push({ letter, why });
  }
  return ok({ done, stay });
}

/** Answers why a letter stays; undefined when it is gone. */
async function settleLetter(
  opened: OpenLetters,
  { id, kind, group, reason, sequence }: Letter,
  settlement: Settlement,
  note: (details: Record<string, string>) => Promise<Result<void, ExplainedError>>,
): Promise<Result<string | undefined, ExplainedError>> {
  const { box, schemas } = opened;
  const letter = (await box.at(sequence)).take();
  if (isErr(letter)) return letter;
  // Somebody else was faster.
  if (letter === undefined || letter.id !== id) return ok("is not there any more");
  if (settlement === "retried") {
    const stays = reasonToStay(letter, schemas.fit(letter), opened);
    if (stays !== undefined) return ok(stays);
  }
  const isQueued = kind === "job" || kind === "operation";
  const noted = (await note(isQueued ? { queue: group, id, reason } : { group, event: id, reason }))
    .take();
  if (isErr(noted)) return noted;
  const stays = settlement === "retried" ? (await box.giveBack(letter)).take() : undefined;
  if (isErr(stays)) return stays;
  if (stays !== undefined) return ok(stays);
  return (await box.remove(letter)).map(() => undefined);
}
