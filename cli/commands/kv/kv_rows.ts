import type { KVDeleted, KVEntry, KVListed, KVRevision } from "../../../runtime/kv/kv_entry.ts";
import type { KVError } from "../../../runtime/kv/kv_error.ts";

/** A value that is not JSON or does not fit the schema. */
export interface UnreadableRow {
  readonly key: string;
  readonly revision: string;
  /** ISO date-time. */
  readonly createdAt: string;
  /** What caused the write, where that is known. */
  readonly cause?: string;
  readonly error: {
    readonly code: "corrupt_value";
    /** What is wrong with the value, without its place. */
    readonly message: string;
  };
}

/** What a key holds, as it is listed. */
export type ListedRow = KVEntry<unknown> | UnreadableRow;

/** One of the revisions of a key, as it is listed. */
export type RevisionRow = ListedRow | KVDeleted;

/** What a key holds, as it is listed. */
export function listedRow(entry: KVListed<unknown>): ListedRow {
  const { key, revision, createdAt, cause } = entry;
  const written = cause === undefined ? { revision, createdAt } : { revision, createdAt, cause };
  if (entry.kind === "put") return { key, value: entry.value, ...written };
  const error = { code: "corrupt_value", message: reasonOf(entry.error) } as const;
  return { key, ...written, error };
}

/** A revision, as it is listed. */
export function revisionRow(entry: KVRevision<unknown>): RevisionRow {
  return entry.kind === "delete" ? entry : listedRow(entry);
}

/** A value, or why there is none, on one line. */
export function rowText(row: RevisionRow): string {
  if ("error" in row) return row.error.message;
  return "kind" in row ? "deleted" : JSON.stringify(row.value);
}

function reasonOf({ issues = [] }: KVError): string {
  const [first, ...more] = issues;
  if (first === undefined) return "does not fit the schema";
  const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
  const place = first.path === "" ? "it" : first.path;
  return `does not fit the schema: ${place} ${first.message}${rest}`;
}
