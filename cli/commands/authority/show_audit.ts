import { setTimeout as delay } from "node:timers/promises";
import { isErr, type Result } from "../../../contracts/result.ts";
import type { HistoryLine } from "../../../reconcile/audit/merged_history.ts";
import { readHistory } from "../../../reconcile/audit/read_history.ts";
import { type HistoryMark, historyMark } from "../../../reconcile/nats/audit/history_mark.ts";
import { openAccess } from "../../../reconcile/nats/open_access.ts";
import { auditToRead } from "../../../reconcile/nats/open_audit.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import type { Connected } from "../../program/connect_command.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { auditText } from "../../view/audit_view.ts";

/** What is left out of the list. */
export interface AuditValues {
  /** Milliseconds; what is older is left out. */
  readonly since: number | undefined;
  /** Who did it, or a part of it. */
  readonly by: string | undefined;
  /** The first word of what happened. */
  readonly kind: string | undefined;
  /** Whether to go on with what happens from now on. */
  readonly follow: boolean;
}

/** Milliseconds between two looks at whether anything has happened. */
const LOOK_MS = 500;

/** Reads all, or of the audit history what is behind a place. */
type ReadHistory = (after?: number) => Promise<Result<readonly HistoryLine[], AuthorityError>>;

/** Shows decisions, grants and the audit history as one list. */
export async function showAudit(
  { since, by, kind, follow }: AuditValues,
  { authority, messaging: { connection }, roots }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const access = (await openAccess(connection, authority)).take();
  if (isErr(access)) return failed(context, access.error);
  const audit = await auditToRead(connection);
  const read: ReadHistory = (after) => readHistory(authority, access.store, audit, after);
  // Looked at before: what happens meanwhile is read twice, and not left out.
  const mark = follow ? (await historyMark(connection)).take() : undefined;
  if (isErr(mark)) return failed(context, mark.error);
  const all = (await read()).take();
  if (isErr(all)) return failed(context, all.error);
  const from = since === undefined ? "" : new Date(Date.now() - since).toISOString();
  const isShown = (line: HistoryLine) =>
    line.at >= from && line.by.includes(by ?? "") &&
    (kind === undefined || line.kind.startsWith(`${kind}.`));
  const { output, terminal: { out } } = context;
  const text = (lines: readonly HistoryLine[]) => auditText(lines, roots, Date.now(), out);
  const shown = all.filter(isShown);
  if (mark === undefined) {
    output.data(shown.map(json), () => shown.length === 0 ? "nothing happened" : text(shown));
    return EXIT_CODE.ok;
  }
  out.stream.watchReader();
  const tell = async (line: HistoryLine) => {
    output.data(json(line), () => text([line]));
    await out.stream.flushed(context.signal);
  };
  for (const line of shown) await tell(line);
  const known = new Set(all.map((line) => JSON.stringify(line)));
  for await (
    const line of newLines({ read, look: () => historyMark(connection), mark, known }, context)
  ) {
    if (isShown(line)) await tell(line);
  }
  return EXIT_CODE.interrupted;
}

/** What happens from now on, until aborted. While the server does not answer, it waits. */
async function* newLines(
  { read, look, mark: seen, known }: {
    readonly read: ReadHistory;
    readonly look: () => ReturnType<typeof historyMark>;
    readonly mark: HistoryMark;
    readonly known: Set<string>;
  },
  { signal, output }: Pick<CommandContext, "signal" | "output">,
): AsyncGenerator<HistoryLine> {
  let before = seen;
  let isAway = false;
  for (;;) {
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const mark = (await look()).take();
    const lines = isErr(mark)
      ? mark
      : mark.all === before.all
      ? []
      : (await read(before.audit)).take();
    if (isErr(mark) || isErr(lines)) {
      if (!isAway) output.warn("the server does not answer; this goes on when it does");
      isAway = true;
      continue;
    }
    isAway = false;
    before = mark;
    for (const line of lines) {
      const key = JSON.stringify(line);
      if (known.has(key)) continue;
      known.add(key);
      yield line;
    }
  }
}

function json({ signedBy, ...line }: HistoryLine): object {
  return { ...line, signedBy: signedBy ?? null };
}
