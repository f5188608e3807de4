import type { AuditEvent } from "../audit/audit_entry.ts";
import { type LinkPurpose, type LinkState, linkState, type StoredLink } from "./one_time_link.ts";
import type { OutsideIdentity } from "./outside_identity.ts";
import type { UserRecord } from "./user_record.ts";

/** A user as they become, and how the audit tells of it; undefined where they are so already. */
export type UserChange =
  | { readonly user: UserRecord; readonly told: Pick<AuditEvent, "kind" | "details"> }
  | undefined;

/** Somebody who is let in no more. Links that were given out stay good for nothing afterwards. */
export function disabled({ links: _, ...user }: UserRecord, disabledAt: string): UserChange {
  if (user.disabledAt !== undefined) return undefined;
  return { user: { ...user, disabledAt }, told: { kind: "user.disabled" } };
}

/** Somebody who is let in again. */
export function enabled({ disabledAt, ...user }: UserRecord): UserChange {
  return disabledAt === undefined ? undefined : { user, told: { kind: "user.enabled" } };
}

/** Somebody with another name. */
export function renamed(user: UserRecord, name: string): UserChange {
  if (user.name === name) return undefined;
  return { user: { ...user, name }, told: changed("renamed to", { renamed: name }) };
}

/** Somebody who may do everything, or no more. */
export function withAdmin({ admin, ...user }: UserRecord, may: boolean): UserChange {
  if (may === (admin === true)) return undefined;
  const told = changed("admin", { admin: may ? "given" : "taken" });
  return { user: may ? { ...user, admin: true } : user, told };
}

/** Whether nobody could do any more what only an admin may, once a user does so no more. */
export function isLastAdmin(id: string, users: readonly UserRecord[]): boolean {
  return otherAdmins(id, users).length === 0 && users.some((user) => user.id === id && user.admin);
}

/** The admins beside a user who can log in. */
export function otherAdmins(id: string, users: readonly UserRecord[]): readonly UserRecord[] {
  return users.filter((user) => user.id !== id && isWorkingAdmin(user));
}

/** Whether somebody is an admin who can log in. */
export function isWorkingAdmin({ admin, disabledAt, password, identities }: UserRecord): boolean {
  return admin === true && disabledAt === undefined &&
    (password !== undefined || identities !== undefined);
}

/**
 * Somebody with another password. What let them in before does so no more: whoever asks for another one may
 * fear that somebody else uses it.
 */
export function withPassword(
  { links: _, identities: __, ...user }: UserRecord,
  password: string,
): UserChange {
  return { user: { ...user, password }, told: changed("password") };
}

/** Somebody who was given a link, in place of the one before. One to choose a password ends what let them in. */
export function withLink(user: UserRecord, purpose: LinkPurpose, link: StoredLink): UserChange {
  const { password: _, identities: __, ...rest } = user;
  const links = { ...user.links, [purpose]: link };
  const kept = purpose === "password" ? rest : user;
  return { user: { ...kept, links }, told: changed(`${purpose} link`) };
}

/** How somebody signs in from now on. */
export type ChosenProof =
  /** A PHC string. */
  | { readonly password: string }
  | { readonly identities: readonly [OutsideIdentity] };

/** A use of a link. */
export interface LinkUse {
  readonly token: string;
  readonly purpose: LinkPurpose;
  /** What is chosen with it. */
  readonly chosen?: ChosenProof | undefined;
}

/** How a link stands that somebody has. */
export function stateOfLink(
  { links, disabledAt }: UserRecord,
  { token, purpose }: LinkUse,
  now: string,
): LinkState {
  return disabledAt === undefined ? linkState(token, links?.[purpose], now) : "unknown";
}

/** Somebody whose link is used. A second use of it is told once: afterwards the link is unknown. */
export function withUse(user: UserRecord, use: LinkUse, now: string): UserChange {
  const { purpose, chosen } = use;
  const { [purpose]: link, ...links } = user.links ?? {};
  const state = stateOfLink(user, use, now);
  if (state === "used") {
    const details = { reason: `${purpose} link used twice` };
    return { user: { ...user, links }, told: { kind: "login.failed", details } };
  }
  if (state !== "good" || link === undefined) return undefined;
  const used = { [purpose]: { ...link, usedAt: now } };
  if (chosen === undefined) {
    return {
      user: { ...user, links: { ...links, ...used } },
      told: changed(`${purpose} link used`),
    };
  }
  const told = "password" in chosen
    ? changed("password, by link")
    : changed("identity, by link", { ...chosen.identities[0] });
  return { user: { ...user, ...chosen, links: used }, told };
}

function changed(
  change: string,
  more: AuditEvent["details"] = {},
): Pick<AuditEvent, "kind" | "details"> {
  return { kind: "user.changed", details: { change, ...more } };
}
