import { UnexpectedError } from "../../../contracts/errors/unexpected_error.ts";
import { ValidationError } from "../../../contracts/errors/validation_error.ts";
import type {
  StateFound,
  StateListResponse,
  StateUnreadable,
} from "../../../contracts/platform/models/index.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { normalizePageQuery } from "../../../contracts/schema/page.ts";
import { readStateKey, writtenStatePrefix } from "../../../contracts/stored/state_key.ts";
import { stateFailure } from "./state_failure.ts";
import type { EntryPlace, StatePlace } from "./state_place.ts";
import type { StateStore, StoredRevision } from "./state_store.ts";
import { type EntryProblem, isAbsent, readEntry, readRecord } from "./stored_entry.ts";

/** Which entries of a map are asked for. */
export interface ListRequest {
  readonly prefix?: string | undefined;
  readonly offset?: number | undefined;
  readonly limit: number;
}

/** What listing is done with. */
export interface ListParts {
  readonly store: StateStore;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Bytes of entries that an answer may hold; at least one is answered. */
  readonly mostBytes: number;
  /** Whether damaged entries take their places in the page; else one of them fails the call. */
  readonly tellsDamage: boolean;
}

/** Entries that are read at once. */
const READ_AT_ONCE = 64;

/** One place of a page. */
type Row =
  | { readonly kind: "found"; readonly found: StateFound; readonly bytes: number }
  | { readonly kind: "unreadable"; readonly unreadable: StateUnreadable; readonly bytes: number };

/**
 * A page of a map. Throws a `QueryRangeError` for a limit or an offset out of bounds. A page ends before its
 * limit when what follows would not fit into an answer.
 */
export async function listEntries(
  place: StatePlace,
  query: ListRequest,
  { mostBytes, ...parts }: ListParts,
): Promise<Result<StateListResponse, EntryProblem>> {
  const { store, now } = parts;
  const { prefix = "" } = query;
  const { offset, limit } = normalizePageQuery({ offset: query.offset ?? 0, limit: query.limit });
  const { prefix: namespace } = place;
  const written = prefix === "" ? "" : writtenStatePrefix(prefix);
  const selected = (await store.keys({ namespace, prefix: written, offset, limit, now })).take();
  const whole = { namespace: place.namespace, key: undefined };
  if (isErr(selected)) return err(stateFailure(selected.error, "listing", whole));
  const { keys } = selected;
  const rows: Row[] = [];
  let { count } = selected;
  let bytes = 0;
  for (let at = 0; at < keys.length; at += READ_AT_ONCE) {
    const some = keys.slice(at, at + READ_AT_ONCE);
    const read = await Promise.all(
      some.map(({ key, sequence }) => readRow(placeOf(place, namespace, key), sequence, parts)),
    );
    for (const answer of read) {
      const row = answer.take();
      if (isErr(row)) return row;
      if (row === undefined) {
        // Gone since the keys were looked up.
        count--;
        continue;
      }
      bytes += row.bytes;
      if (rows.length > 0 && bytes > mostBytes) return ok(pageOf(rows, { count, offset, limit }));
      rows.push(row);
    }
  }
  return ok(pageOf(rows, { count, offset, limit }));
}

function placeOf(place: StatePlace, namespace: string, written: string): EntryPlace {
  // What is no key was not written by Trellis: it is damaged, and named as it stands there.
  const key = readStateKey(written) ?? written;
  return { ...place, key, storageKey: `${namespace}.${written}` };
}

async function readRow(
  place: EntryPlace,
  sequence: number,
  { store, now, tellsDamage }: Omit<ListParts, "mostBytes">,
): Promise<Result<Row | undefined, EntryProblem>> {
  const stored = (await store.read(place.storageKey, sequence)).take();
  if (isErr(stored)) return err(stateFailure(stored.error, "listing", place));
  if (stored === undefined || isAbsent(stored, now)) return ok(undefined);
  const { length: bytes } = stored.bytes;
  const found = readEntry(place, stored).take();
  if (!isErr(found)) return ok({ kind: "found", found, bytes });
  if (found.error instanceof UnexpectedError && !tellsDamage) return err(found.error);
  return ok({ kind: "unreadable", unreadable: describe(place, stored, found.error), bytes: 200 });
}

function describe(
  place: EntryPlace,
  stored: StoredRevision,
  problem: EntryProblem,
): StateUnreadable {
  const { key = "" } = place;
  if (problem instanceof UnexpectedError) return { key, reason: "malformed" };
  if (!(problem instanceof ValidationError) && problem.reason === "unstamped") {
    return { key, reason: "unstamped" };
  }
  const reason = problem instanceof ValidationError ? "invalid_value" : "version_unknown";
  const record = readRecord(place, stored).take();
  return { key, reason, ...(isErr(record) ? {} : { stateVersion: record.stateVersion }) };
}

function pageOf(
  rows: readonly Row[],
  { count, offset, limit }: { count: number; offset: number; limit: number },
): StateListResponse {
  const unreadable = rows.flatMap((row) => row.kind === "unreadable" ? [row.unreadable] : []);
  const next = offset + rows.length;
  return {
    entries: rows.flatMap((row) => row.kind === "found" ? [row.found] : []),
    count,
    offset,
    limit,
    ...(rows.length > 0 && next < count ? { nextOffset: next } : {}),
    ...(unreadable.length === 0 ? {} : { unreadable }),
  };
}
