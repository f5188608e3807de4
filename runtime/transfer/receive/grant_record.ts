import { isRecord, readJson } from "../../../contracts/json/json.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { StoreRecord } from "../../../contracts/stored/store_record.ts";
import type { KvBucket } from "../../kv/kv_bucket.ts";
import type { KVError } from "../../kv/kv_error.ts";
import { grantKey } from "../../../contracts/stored/transfer_names.ts";
import type { ByteRange } from "../../store/object_part.ts";

/** Milliseconds that a grant is known after its time, so that callers are told that it is over. */
const KNOWN_MS = 600_000;

/** What was granted to whom, as it is kept in the bucket of records. */
export interface GrantRecord {
  /** Subject of the surface whose answer holds it. */
  readonly surface: string;
  /** The session that it was given to; or who, as `user:ada`, in any session. */
  readonly holder: { readonly session: string } | { readonly owner: string };
  /** Alias of the store. */
  readonly store: string;
  /** The key that led to the object then. */
  readonly key: string;
  readonly object: StoreRecord;
  readonly range: ByteRange;
  /** ISO 8601 in UTC. */
  readonly expiresAt: string;
}

/** Keeps a new grant, for as long as it is good and a little longer. */
export async function keepGrant(
  bucket: KvBucket,
  id: string,
  record: GrantRecord,
  goodForMs: number,
): Promise<Result<string, KVError>> {
  const bytes = new TextEncoder().encode(JSON.stringify(record));
  const keepMs = goodForMs + KNOWN_MS;
  return await bucket.write(grantKey(id), bytes, { kind: "absent" }, { keepMs });
}

/** The grant of an id; undefined where there is none. */
export async function readGrant(
  bucket: KvBucket,
  id: string,
): Promise<Result<GrantRecord | undefined, KVError>> {
  const found = (await bucket.last(grantKey(id))).take();
  if (isErr(found)) return found;
  return ok(found === undefined || found.deleted ? undefined : grantIn(found.bytes));
}

/** Written by services of this deployment alone. */
function grantIn(bytes: Uint8Array): GrantRecord | undefined {
  const value = readJson(new TextDecoder().decode(bytes));
  if (!isRecord(value) || !isRecord(value.holder) || !isRecord(value.range)) return undefined;
  return typeof value.surface === "string" ? value as object as GrantRecord : undefined;
}
