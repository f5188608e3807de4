import type { Find } from "../verify/verify_report.ts";
import type { AuditEntry } from "./audit_entry.ts";

/** What the record of a user says, and the audit has to tell. */
export interface KnownUser {
  readonly id: string;
  readonly name: string;
  readonly admin?: true;
}

/** Nobody may log in of whom no entry tells, and nobody is an admin who was added as another user. */
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
  for (const { id, name, admin } of users) {
    const told = added.get(`user:${id}`);
    const where = `user ${name}`;
    if (told?.name !== name) find("user.unrecorded", where, `no entry tells who added ${id}`);
    else if (admin && told.admin === undefined) {
      find("user.unrecorded", where, `no entry tells who made an admin of ${id}`);
    }
  }
}
