import type { Result } from "../../../contracts/result.ts";
import type { PageResponse } from "../../../contracts/schema/page.ts";
import type { KVEntry, KVListed } from "../../../runtime/kv/kv_entry.ts";
import type { KVError } from "../../../runtime/kv/kv_error.ts";
import type { KVListQuery, TypedKV } from "../../../runtime/kv/typed_kv.ts";

/** A key whose value is not JSON or does not fit the schema. */
export interface UnreadableEntry {
  readonly key: string;
  readonly revision: string;
  /** ISO date-time. */
  readonly createdAt: string;
  readonly error: {
    readonly code: "corrupt_value";
    /** What is wrong with the value, without its place. */
    readonly message: string;
  };
}

/** A row of a list. */
export type ListedEntry = KVEntry<unknown> | UnreadableEntry;

/** A page of entries in which values that cannot be read have their place. */
export async function kvPage(
  kv: TypedKV<unknown>,
  query: KVListQuery,
): Promise<Result<PageResponse<ListedEntry>, KVError>> {
  const page = await kv.list(query);
  return page.map((found) => ({ ...found, entries: found.entries.map(rowOf) }));
}

function rowOf(entry: KVListed<unknown>): ListedEntry {
  const { key, revision, createdAt } = entry;
  if (entry.kind === "put") return { key, value: entry.value, revision, createdAt };
  return {
    key,
    revision,
    createdAt,
    error: { code: "corrupt_value", message: why(entry.error) },
  };
}

function why({ issues = [] }: KVError): string {
  const [first, ...more] = issues;
  if (first === undefined) return "does not fit the schema";
  const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return `does not fit the schema: ${
    first.path === "" ? "it" : first.path
  } ${first.message}${rest}`;
}
