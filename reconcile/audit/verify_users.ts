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
  const told = toldUsers(proven);
  const linked = new Set(
    proven.map(({ subject, details }) => linkOf(subject, details?.issuer, details?.subject)),
  );
  for (const { id, name, admin, identities = [] } of users) {
    const subject = `user:${id}`;
    const known = told.get(subject);
    const where = `user ${name}`;
    if (!known?.names.includes(name)) {
      find("user.unrecorded", where, `no entry tells who added ${id}`);
    } else if (admin && !known.isAdmin) {
      find("user.unrecorded", where, `no entry tells who made an admin of ${id}`);
    }
    if (identities.some((one) => !linked.has(linkOf(subject, one.issuer, one.subject)))) {
      find("user.unrecorded", where, `no entry tells of the provider's account that lets ${id} in`);
    }
  }
}

interface ToldUser {
  /** All that they had: one that was about to be changed may have stayed. */
  readonly names: readonly (string | undefined)[];
  readonly isAdmin: boolean;
}

/** Who was added and not removed, by subject, as the entries leave them. */
function toldUsers(
  proven: readonly Pick<AuditEntry, "kind" | "subject" | "details">[],
): ReadonlyMap<string, ToldUser> {
  const told = new Map<string, ToldUser>();
  for (const { kind, subject, details: { name, admin, renamed } = {} } of proven) {
    const before = told.get(subject);
    if (kind === "user.added") told.set(subject, { names: [name], isAdmin: admin !== undefined });
    if (kind === "user.removed") told.delete(subject);
    if (kind !== "user.changed" || before === undefined) continue;
    const names = renamed === undefined ? before.names : [...before.names, renamed];
    told.set(subject, { names, isAdmin: admin === undefined ? before.isAdmin : admin === "given" });
  }
  return told;
}

function linkOf(...parts: readonly (string | undefined)[]): string {
  return JSON.stringify(parts);
}
