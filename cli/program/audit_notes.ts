import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { AuditEvent } from "../../reconcile/audit/audit_entry.ts";
import { openAudit } from "../../reconcile/nats/open_audit.ts";
import { isSecured } from "../../runtime/nats/connection.ts";
import type { ExplainedError } from "./command_context.ts";
import type { DataEditor } from "./data_audit.ts";

/** Adds to the audit history. What could not be added must not be done. */
export type AuditNotes = (event: AuditEvent) => Promise<Result<void, ExplainedError>>;

/** Opens the audit history to tell it what a person is about to do; a server that checks nobody has none. */
export async function auditNotes(
  { messaging: { connection }, signer }: DataEditor,
): Promise<AuditNotes> {
  if (!isSecured(connection)) return () => Promise.resolve(ok());
  const log = (await openAudit(connection, signer)).take();
  if (isErr(log)) return () => Promise.resolve(log);
  return async (event) => (await log.append(event)).map(() => undefined);
}
