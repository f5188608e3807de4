import type {
  StateListResponse,
  StateUnreadable,
} from "../../../contracts/platform/models/index.ts";
import type { Paint, Style } from "../../terminal/style.ts";

/** An entry as it is listed. */
export interface EntryRow {
  /** Missing in a store of one value. */
  readonly key?: string | undefined;
  readonly revision?: string;
  readonly updatedAt?: string;
  readonly expiresAt?: string | undefined;
  readonly value?: unknown;
  /** What is to be said of it; missing for an entry of the current version. */
  readonly note?: string;
  /** Whether the contract cannot read it. */
  readonly isUnreadable: boolean;
}

/** The entries of a page in the order of their keys, with those that cannot be read. */
export function entryRows({ entries, unreadable = [] }: StateListResponse): readonly EntryRow[] {
  const readable = entries.map((found): EntryRow => {
    if (!("migrationRequired" in found)) return { ...found, isUnreadable: false };
    const { entry, stateVersion, currentStateVersion } = found;
    const note = `${stateVersion}, to be migrated to ${currentStateVersion}`;
    return { ...entry, note, isUnreadable: false };
  });
  const rest = unreadable.map((entry): EntryRow => ({
    key: entry.key,
    note: unreadableText(entry),
    isUnreadable: true,
  }));
  if (rest.length === 0) return readable;
  return [...readable, ...rest].sort((a, b) => compareKeys(a.key ?? "", b.key ?? ""));
}

/** The value and what is to be said of it, on one line. */
export function rowText({ value, note }: EntryRow): string {
  const text = value === undefined ? "" : JSON.stringify(value);
  return note === undefined ? text : text === "" ? note : `${text}  (${note})`;
}

/** How the value of an entry is coloured. */
export function rowPaint({ isUnreadable, note }: EntryRow, { red, yellow }: Style): Paint {
  return isUnreadable ? red : note === undefined ? (text) => text : yellow;
}

/** Why the contract cannot read an entry. */
function unreadableText({ reason, stateVersion: version = "?" }: StateUnreadable): string {
  switch (reason) {
    case "version_unknown":
      return `of version ${version}, which the contract does not accept`;
    case "unstamped":
      return "does not say which version wrote it";
    case "invalid_value":
      return `does not fit the schema of version ${version}`;
    case "malformed":
      return "damaged: what is stored is no entry";
  }
}

/** By code points, as the store orders keys. */
function compareKeys(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (const [at, char] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const difference = (char.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
