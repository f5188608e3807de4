import { sessionOf } from "../../../contracts/identity/caller.ts";
import { principalText } from "../../../contracts/identity/principal_text.ts";
import type { SessionRecord } from "../../../contracts/stored/session_record.ts";
import type { AuditEvent } from "../../../reconcile/audit/audit_entry.ts";
import type { AuditLog } from "../../../reconcile/audit/audit_log.ts";
import type { SessionStore } from "../../../runtime/platform/session_store.ts";

/** What sessions are revoked in. */
export interface RevokedRecords {
  readonly store: Pick<SessionStore, "get" | "update">;
  /** Is told of each revocation before it happens. */
  readonly audit: Pick<AuditLog, "append">;
}

/**
 * Writes that sessions are revoked: their keys let nobody in any more. Connections that are open stay; whoever
 * may closes them. Answers the records as they are then; a session that is not there is left out. Rejects when
 * they cannot be read or written.
 *
 * @param names of the sessions
 * @param by who revokes
 */
export async function revokeRecords(
  names: readonly string[],
  by: string,
  { store, audit }: RevokedRecords,
): Promise<readonly SessionRecord[]> {
  const known = await Promise.all(names.map((name) => store.get(name)));
  for (const record of known) {
    if (record === undefined || record.revokedAt !== undefined) continue;
    const kind: AuditEvent["kind"] = "session.revoked";
    const subject = principalText(record.principal);
    (await audit.append({ kind, by, subject, details: keyOf(record) })).orThrow();
  }
  const revokedAt = new Date().toISOString();
  const revoked = await Promise.all(
    names.map((name) =>
      store.update(
        name,
        (record) =>
          record.revokedAt === undefined ? { ...record, revokedAt, revokedBy: by } : undefined,
      )
    ),
  );
  return revoked.filter((record) => record !== undefined);
}

/** How the audit tells of a session. */
export function keyOf({ publicKey }: SessionRecord): Readonly<Record<string, string>> {
  return { session: sessionOf(publicKey), publicKey };
}
