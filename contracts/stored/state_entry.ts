/** What the bucket of State holds under a key, shared by those who write it and those who measure it. */

import { isRecord, type JsonValue } from "../json/json.ts";
import { newerFormat } from "../json/newer_format.ts";

/** Header of a stored entry that says when it expires, in milliseconds since 1970; missing: never. */
export const STATE_EXPIRES_HEADER = "Trellis-Expires-At";

/** An entry as it is stored. */
export interface StateEntryRecord {
  readonly format: "trellis.state.v1";
  /** Whose it is, as `user:ada`. */
  readonly principal: string;
  /** Contract id. */
  readonly contract: string;
  readonly store: string;
  /** The caller's key; missing in a value store. */
  readonly key?: string;
  readonly value: JsonValue;
  /** Version of the store, in the declaration of the contract that wrote it. */
  readonly stateVersion: string;
  /** Digest of the contract that wrote it. */
  readonly writerContractDigest: string;
  /** Times as `2026-01-31T12:00:00.000Z`. */
  readonly updatedAt: string;
  /** The same moment as the header {@link STATE_EXPIRES_HEADER} says. */
  readonly expiresAt?: string;
}

/** What stored JSON is. */
export type StoredState =
  | { readonly kind: "entry"; readonly entry: StateEntryRecord }
  /** It does not say which version of which contract wrote it. */
  | { readonly kind: "unstamped" }
  | { readonly kind: "malformed"; readonly why: string };

const TEXTS = ["principal", "contract", "store"] as const;
const STAMPS = ["stateVersion", "writerContractDigest"] as const;

/** Reads what is stored under a key. */
export function parseStateEntry(json: unknown): StoredState {
  if (!isRecord(json)) return malformed("it is no JSON object");
  const newer = newerFormat(json, "trellis.state.v1");
  if (newer !== undefined) {
    return malformed(`a newer Trellis has written it: its format is ${newer}`);
  }
  if (json.format !== "trellis.state.v1") return malformed("its format is not trellis.state.v1");
  const missing = TEXTS.find((name) => !isName(json[name]));
  if (missing !== undefined) return malformed(`${missing} is not a text`);
  if (json.key !== undefined && typeof json.key !== "string") return malformed("key is not a text");
  if (json.value === undefined) return malformed("it has no value");
  if (!isTime(json.updatedAt)) return malformed("updatedAt is not a time");
  if (json.expiresAt !== undefined && !isTime(json.expiresAt)) {
    return malformed("expiresAt is not a time");
  }
  if (STAMPS.some((name) => json[name] === undefined)) return { kind: "unstamped" };
  const wrong = STAMPS.find((name) => !isName(json[name]));
  if (wrong !== undefined) return malformed(`${wrong} is not a text`);
  // Every member has just been looked at.
  return { kind: "entry", entry: json as object as StateEntryRecord };
}

function malformed(why: string): StoredState {
  return { kind: "malformed", why };
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isTime(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const time = Date.parse(value);
  return !Number.isNaN(time) && new Date(time).toISOString() === value;
}
