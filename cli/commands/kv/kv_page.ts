import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { buildPageResponse, type PageResponse } from "../../../contracts/schema/page.ts";
import type { KVEntry } from "../../../runtime/kv/kv_entry.ts";
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
  const page = await kv.list(query).take();
  if (!isErr(page)) return ok(page);
  return page.error.reason === "corrupt_value" ? await keyByKey(kv, query) : page;
}

/** The same page, read one key after the other: a list as a whole fails where one value does. */
async function keyByKey(
  kv: TypedKV<unknown>,
  { filter, offset = 0, limit }: KVListQuery,
): Promise<Result<PageResponse<ListedEntry>, KVError>> {
  const found = await kv.keys(filter).take();
  if (isErr(found)) return found;
  const keys = await Array.fromAsync(found);
  const entries: ListedEntry[] = [];
  let gone = 0;
  for (let next = offset; entries.length < limit && next < keys.length;) {
    const some = keys.slice(next, next + limit - entries.length);
    next += some.length;
    for (const read of await Promise.all(some.map((key) => readEntry(kv, key)))) {
      const entry = read.take();
      if (isErr(entry)) return entry;
      if (entry === undefined) gone++;
      else entries.push(entry);
    }
  }
  return ok(buildPageResponse(entries, keys.length - gone, { offset, limit }));
}

/** What a key holds; undefined when it was deleted meanwhile. */
async function readEntry(
  kv: TypedKV<unknown>,
  key: string,
): Promise<Result<ListedEntry | undefined, KVError>> {
  const entry = await kv.get(key).take();
  if (!isErr(entry)) return ok(entry);
  if (entry.error.reason === "not_found") return ok(undefined);
  if (entry.error.reason !== "corrupt_value") return entry;
  // Only the history tells the revision of a value that cannot be read.
  const revisions = await kv.history(key).take();
  if (isErr(revisions)) return revisions;
  const last = revisions.at(-1);
  if (last === undefined || last.kind === "delete") return ok(undefined);
  const { revision, createdAt } = last;
  if (last.kind === "put") return ok({ key, value: last.value, revision, createdAt });
  return ok({
    key,
    revision,
    createdAt,
    error: { code: "corrupt_value", message: why(last.error) },
  });
}

function why({ issues = [] }: KVError): string {
  const [first, ...more] = issues;
  if (first === undefined) return "does not fit the schema";
  const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return `does not fit the schema: ${
    first.path === "" ? "it" : first.path
  } ${first.message}${rest}`;
}
