import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import type { HistoryLine } from "../../../../reconcile/audit/merged_history.ts";
import type { AuthorityError } from "../../../../reconcile/records/authority_error.ts";
import { History } from "../../../commands/authority/history.ts";
import type { UserNames } from "../../../program/person_text.ts";
import type { Visitor } from "../../visitor.ts";

/** What is left out of the list; everything is shown where a text is empty. */
export interface AuditFilter {
  /** Who did it: a name or an id, or a part of it. */
  readonly by: string;
  /** Whom or what it is about, in the same way. */
  readonly about: string;
  /** The first word of what happened. */
  readonly kind: string;
}

/** Histories by their visitors: what was read once is not read again. */
const opened = new WeakMap<Visitor, History>();

/** Reads all that has happened, oldest first; the same list as long as nothing has. */
export async function readLines(
  visitor: Visitor,
): Promise<Result<readonly HistoryLine[], AuthorityError>> {
  const known = opened.get(visitor);
  const history = known ?? (await History.open(visitor)).take();
  if (isErr(history)) return history;
  opened.set(visitor, history);
  return await history.read();
}

/** What somebody did and what was done to them, the newest first. */
export async function linesAbout(
  id: string,
  visitor: Visitor,
): Promise<Result<readonly HistoryLine[], AuthorityError>> {
  const lines = (await readLines(visitor)).take();
  if (isErr(lines)) return lines;
  return ok(lines.filter(({ by, subject }) => isOf(by, id) || isOf(subject, id)).toReversed());
}

/** The lines that are asked for, the newest first. */
export function filtered(
  lines: readonly HistoryLine[],
  { by, about, kind }: AuditFilter,
  names: UserNames,
): readonly HistoryLine[] {
  const isBy = matcher(by, names);
  const isAbout = matcher(about, names);
  return lines.filter((line) =>
    isBy(line.by) && (isAbout(line.subject) || about !== "" && isAbout(line.by)) &&
    (kind === "" || line.kind.startsWith(`${kind}.`))
  ).toReversed();
}

/** Whether a text names what was typed, or a user whose name holds that. */
function matcher(typed: string, names: UserNames): (text: string) => boolean {
  const wanted = typed.toLowerCase();
  const ids = [...names].filter(([, name]) => name.includes(wanted)).map(([id]) => id);
  return (text) =>
    wanted === "" || text.toLowerCase().includes(wanted) || ids.some((id) => isOf(text, id));
}

function isOf(text: string, id: string): boolean {
  return text.endsWith(`:${id}`);
}
