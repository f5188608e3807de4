import { isPrincipalId } from "../../contracts/identity/caller.ts";
import { isRecord, readJson } from "../../contracts/json/json.ts";
import { readUserName } from "./user_name.ts";

/** A person who can log in. */
export interface UserRecord {
  readonly format: "trellis.user.v1";
  /** Minted by Trellis, and never used again: a ULID in lower case. */
  readonly id: string;
  readonly name: string;
  /** As people read it: `Ada Lovelace`. */
  readonly display?: string;
  /** A PHC string; missing until one was chosen. */
  readonly password?: string;
  readonly createdAt: string;
  readonly disabledAt?: string;
}

/** Reads a stored user; undefined when it is not one of this version. */
export function readUserRecord(text: string): UserRecord | undefined {
  const value = readJson(text);
  const isUser = isRecord(value) && value.format === "trellis.user.v1" &&
    typeof value.id === "string" && isPrincipalId(value.id) &&
    typeof value.name === "string" && readUserName(value.name).isOk() &&
    typeof value.createdAt === "string" &&
    [value.display, value.password, value.disabledAt].every((item) =>
      item === undefined || typeof item === "string"
    );
  return isUser ? value as object as UserRecord : undefined;
}
