import { isErr } from "../../../contracts/result.ts";
import { readHistory } from "../../../reconcile/audit/read_history.ts";
import { openAccess } from "../../../reconcile/nats/open_access.ts";
import { auditToRead } from "../../../reconcile/nats/open_audit.ts";
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
}

/** Shows decisions, grants and the audit history as one list. */
export async function showAudit(
  { since, by, kind }: AuditValues,
  { authority, messaging, roots }: Connected,
  context: CommandContext,
): Promise<ExitCode> {
  const access = (await openAccess(messaging.connection, authority)).take();
  if (isErr(access)) return failed(context, access.error);
  const audit = await auditToRead(messaging.connection);
  const all = (await readHistory(authority, access.store, audit)).take();
  if (isErr(all)) return failed(context, all.error);
  const now = Date.now();
  const from = since === undefined ? "" : new Date(now - since).toISOString();
  const shown = all.filter((line) =>
    line.at >= from && line.by.includes(by ?? "") &&
    (kind === undefined || line.kind.startsWith(`${kind}.`))
  );
  context.output.data(
    shown.map(({ signedBy, ...line }) => ({ ...line, signedBy: signedBy ?? null })),
    () =>
      shown.length === 0 ? "nothing happened" : auditText(shown, roots, now, context.terminal.out),
  );
  return EXIT_CODE.ok;
}
