import type { Find } from "../verify/verify_report.ts";
import type { AuditEntry } from "./audit_entry.ts";

/** What the record of a user says, and the audit has to tell. */
export interface KnownUser {
  readonly id: string;
  readonly name: string;
  readonly admin?: true;
  /** Who they are elsewhere. */
  readonly identities?: readonly { readonly issuer: string; readonly subject: string }[];
}

/**
 * Nobody may log in of whom no entry tells, or by a provider's account of which none tells, and nobody is an
 * admin who was added as another user.
 */
export function verifyUsers(
  users: readonly KnownUser[],
  proven: readonly Pick<AuditEntry, "kind" | "subject" | "details">[],
  find: Find,
): void {
  const added = new Map(
    proven.flatMap(({ kind, subject, details }) =>
      kind === "user.added" ? [[subject, details] as const] : []
    ),
  );
  const linked = new Set(
    proven.map(({ subject, details }) => linkOf(subject, details?.issuer, details?.subject)),
  );
  for (const { id, name, admin, identities = [] } of users) {
    const subject = `user:${id}`;
    const told = added.get(subject);
    const where = `user ${name}`;
    if (told?.name !== name) find("user.unrecorded", where, `no entry tells who added ${id}`);
    else if (admin && told.admin === undefined) {
      find("user.unrecorded", where, `no entry tells who made an admin of ${id}`);
    }
    if (identities.some((one) => !linked.has(linkOf(subject, one.issuer, one.subject)))) {
      find("user.unrecorded", where, `no entry tells of the provider's account that lets ${id} in`);
    }
  }
}

function linkOf(...parts: readonly (string | undefined)[]): string {
  return JSON.stringify(parts);
}
