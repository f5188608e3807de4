import { isRecord, readJson } from "../../contracts/json/json.ts";
import { LINK_PURPOSES, type LinkPurpose, type StoredLink } from "./one_time_link.ts";
import { isOutsideIdentity, type OutsideIdentity } from "./outside_identity.ts";
import { isUserId, readUserName } from "./user_name.ts";

/** A person who can log in. */
export interface UserRecord {
  readonly format: "trellis.user.v1";
  /** Minted by Trellis, and never used again: a ULID in lower case. */
  readonly id: string;
  readonly name: string;
  /** As people read it: `Ada Lovelace`. */
  readonly display?: string;
  /** May do everything. */
  readonly admin?: true;
  /** A PHC string; missing until one was chosen. */
  readonly password?: string;
  /** Links that were given out, the newest of each purpose. */
  readonly links?: Readonly<Partial<Record<LinkPurpose, StoredLink>>>;
  /** Who they are elsewhere, where others prove it. */
  readonly identities?: readonly OutsideIdentity[];
  readonly createdAt: string;
  readonly disabledAt?: string;
}

/** Reads a stored user; undefined when it is not one of this version. */
export function readUserRecord(text: string): UserRecord | undefined {
  const value = readJson(text);
  const isUser = isRecord(value) && value.format === "trellis.user.v1" &&
    typeof value.id === "string" && isUserId(value.id) &&
    typeof value.name === "string" && readUserName(value.name).isOk() &&
    typeof value.createdAt === "string" &&
    [value.display, value.password, value.disabledAt].every(isTextOrMissing) &&
    (value.admin === undefined || value.admin === true) &&
    (value.links === undefined || isRecord(value.links) && areLinks(value.links)) &&
    (value.identities === undefined ||
      Array.isArray(value.identities) && value.identities.every(isOutsideIdentity));
  return isUser ? value as object as UserRecord : undefined;
}

function areLinks(links: Readonly<Record<string, unknown>>): boolean {
  return LINK_PURPOSES.every((purpose) => {
    const link = links[purpose];
    return link === undefined ||
      isRecord(link) && typeof link.hash === "string" && typeof link.expiresAt === "string" &&
        isTextOrMissing(link.usedAt);
  });
}

function isTextOrMissing(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}
