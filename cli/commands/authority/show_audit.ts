import { isErr } from "../../../contracts/result.ts";
import type { HistoryLine } from "../../../reconcile/audit/merged_history.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import type { Connected } from "../../program/connect_command.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { auditText } from "../../view/audit_view.ts";
import { History } from "./history.ts";

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

/** Shows decisions, grants and the audit history as one list. */
export async function showAudit(
  { since, by, kind, follow }: AuditValues,
  link: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const history = (await History.open(link)).take();
  if (isErr(history)) return failed(context, history.error);
  const all = (await history.read()).take();
  if (isErr(all)) return failed(context, all.error);
  const from = since === undefined ? "" : new Date(Date.now() - since).toISOString();
  const isShown = (line: HistoryLine) =>
    line.at >= from && line.by.includes(by ?? "") &&
    (kind === undefined || line.kind.startsWith(`${kind}.`));
  const { output, terminal: { out } } = context;
  const text = (lines: readonly HistoryLine[]) => auditText(lines, link.roots, Date.now(), out);
  const shown = all.filter(isShown);
  if (!follow) {
    output.data(shown.map(json), () => shown.length === 0 ? "nothing happened" : text(shown));
    return EXIT_CODE.ok;
  }
  out.stream.watchReader();
  const tell = async (line: HistoryLine) => {
    output.data(json(line), () => text([line]));
    await out.stream.flushed(context.signal);
  };
  for (const line of shown) await tell(line);
  const onAway = () => output.warn("the server does not answer; this goes on when it does");
  for await (const lines of history.follow({ signal: context.signal, onAway })) {
    for (const line of lines) if (isShown(line)) await tell(line);
  }
  return EXIT_CODE.interrupted;
}

function json({ signedBy, ...line }: HistoryLine): object {
  return { ...line, signedBy: signedBy ?? null };
}
