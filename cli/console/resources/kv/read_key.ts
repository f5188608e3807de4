import type { ValidationIssue } from "../../../../contracts/errors/validation_error.ts";
import { parseExactJson } from "../../../../contracts/json/exact_json.ts";
import type { JsonValue } from "../../../../contracts/json/json.ts";
import { jsonMisfit } from "../../../../contracts/json/json_fit.ts";
import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import type { KVRevision } from "../../../../runtime/kv/kv_entry.ts";
import type { KVError } from "../../../../runtime/kv/kv_error.ts";
import type { OpenKv } from "../../../commands/kv/open_kv_alias.ts";
import { storedText } from "../../../commands/kv/raw_value.ts";

/** One of the revisions of a key that the bucket still keeps. */
export interface ShownRevision {
  readonly revision: string;
  /** ISO date-time. */
  readonly createdAt: string;
  /** What caused the write, as `rpc:<request id>`; undefined where nobody has said it. */
  readonly cause: string | undefined;
  /** A value, something that is none, or a deletion. */
  readonly kind: KVRevision<unknown>["kind"];
  /** As JSON, also where it does not fit the schema; undefined where it is none. */
  readonly value: JsonValue | undefined;
  /** As it is stored, where it does not fit; bytes that are no text as base64. */
  readonly raw: string | undefined;
  /** Why it does not fit. */
  readonly issues: readonly ValidationIssue[];
}

/** A key with what is known of it. */
export interface ShownKey {
  readonly key: string;
  readonly current: ShownRevision;
  /** Newest first, the current one among them. */
  readonly revisions: readonly ShownRevision[];
}

/** Reads a key with its history; undefined when nothing of it is kept. */
export async function readKey(
  { kv, bucket }: Pick<OpenKv, "kv" | "bucket">,
  key: string,
): Promise<Result<ShownKey | undefined, KVError>> {
  const entries = await kv.history(key).take();
  if (isErr(entries)) return entries;
  // Of what does not fit, the bytes themselves are shown.
  const stored = entries.some(needsBytes) ? (await bucket.history(key)).take() : [];
  if (isErr(stored)) return stored;
  const bytes = new Map(stored.map((entry) => [entry.revision, entry.bytes]));
  const revisions = entries.map((entry) => shownRevision(entry, bytes.get(entry.revision)))
    .reverse();
  const [current] = revisions;
  return ok(current && { key, current, revisions });
}

/** True where the value alone cannot be shown: it does not fit, or is too deep for a page. */
function needsBytes(entry: KVRevision<unknown>): boolean {
  return entry.kind === "invalid" ||
    entry.kind === "put" && jsonMisfit(entry.value) !== undefined;
}

function shownRevision(
  entry: KVRevision<unknown>,
  bytes: Uint8Array | undefined,
): ShownRevision {
  const { revision, createdAt, cause, kind } = entry;
  const issues = kind === "invalid" ? entry.error.issues ?? [] : [];
  if (bytes === undefined) {
    // What was read from the bucket was JSON.
    const value = kind === "put" ? entry.value as JsonValue : undefined;
    return { revision, createdAt, cause, kind, value, raw: undefined, issues };
  }
  const text = storedText(bytes);
  const parsed = text === undefined ? undefined : parseExactJson(text);
  const isShown = parsed?.isOk() && jsonMisfit(parsed.value) === undefined;
  return {
    revision,
    createdAt,
    cause,
    kind,
    value: isShown ? parsed.value : undefined,
    raw: text ?? bytes.toBase64(),
    issues,
  };
}
