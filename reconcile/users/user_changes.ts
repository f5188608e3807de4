import type { AuditEvent } from "../audit/audit_entry.ts";
import { type LinkPurpose, type LinkState, linkState, type StoredLink } from "./one_time_link.ts";
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

/** Somebody with another password; links that were given out before are good for nothing any more. */
export function withPassword({ links: _, ...user }: UserRecord, password: string): UserChange {
  return { user: { ...user, password }, told: changed("password") };
}

/** Somebody who was given a link, in place of the one before. One to choose a password ends the old one. */
export function withLink(
  { password, ...user }: UserRecord,
  purpose: LinkPurpose,
  link: StoredLink,
): UserChange {
  const kept = purpose === "password" || password === undefined ? {} : { password };
  const links = { ...user.links, [purpose]: link };
  return { user: { ...user, ...kept, links }, told: changed(`${purpose} link`) };
}

/** A use of a link. */
export interface LinkUse {
  readonly token: string;
  readonly purpose: LinkPurpose;
  /** What is chosen with it, as a PHC string. */
  readonly password?: string | undefined;
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
  const { purpose, password } = use;
  const { [purpose]: link, ...links } = user.links ?? {};
  const state = stateOfLink(user, use, now);
  if (state === "used") {
    const details = { reason: `${purpose} link used twice` };
    return { user: { ...user, links }, told: { kind: "login.failed", details } };
  }
  if (state !== "good" || link === undefined) return undefined;
  const used = { [purpose]: { ...link, usedAt: now } };
  return password === undefined
    ? { user: { ...user, links: { ...links, ...used } }, told: changed(`${purpose} link used`) }
    : { user: { ...user, password, links: used }, told: changed("password, by link") };
}

function changed(change: string): Pick<AuditEvent, "kind" | "details"> {
  return { kind: "user.changed", details: { change } };
}
