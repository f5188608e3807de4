import { UnexpectedError } from "../../../contracts/errors/unexpected_error.ts";
import { StateError } from "../../../contracts/errors/state_error.ts";
import { ValidationError } from "../../../contracts/errors/validation_error.ts";
import { principalText } from "../../../contracts/identity/principal_text.ts";
import { readJson } from "../../../contracts/json/json.ts";
import type { StateEntry, StateFound } from "../../../contracts/platform/models/index.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { validatorOf } from "../../../contracts/schema/validator.ts";
import { parseStateEntry, type StateEntryRecord } from "../../../contracts/stored/state_entry.ts";
import { quoted } from "../../operation_context.ts";
import type { EntryPlace } from "./state_place.ts";
import { revisionText } from "./state_revision.ts";
import type { StoredRevision } from "./state_store.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Why what is stored under a key is not answered as an entry. */
export type EntryProblem = StateError | ValidationError | UnexpectedError;

/** When a value is written, and how long it lasts. */
export interface EntryTimes {
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
  /** Milliseconds since 1970; undefined: it never expires. */
  readonly expiresAt: number | undefined;
}

/** True when a key holds nothing at this moment, whatever is stored under it. */
export function isAbsent(
  stored: Pick<StoredRevision, "isDeleted" | "expiresAt"> | undefined,
  now: number,
): boolean {
  return stored === undefined || stored.isDeleted || isOver(stored.expiresAt, now);
}

/** True when a moment has come. */
export function isOver(expiresAt: number | undefined, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** The bytes of an entry. @param valueText the value as JSON */
export function encodeEntry(
  { namespace, declared, digest, key }: EntryPlace,
  valueText: string,
  { updatedAt, expiresAt }: EntryTimes,
): Uint8Array {
  const head = {
    format: "trellis.state.v1",
    principal: principalText(namespace.principal),
    contract: namespace.contract,
    store: namespace.store,
    key,
    stateVersion: declared.stateVersion,
    writerContractDigest: digest,
    updatedAt: timeText(updatedAt),
    expiresAt: expiresAt === undefined ? undefined : timeText(expiresAt),
  } satisfies { readonly [Name in keyof Omit<StateEntryRecord, "value">]: unknown };
  // The value is JSON already: large ones are not written twice.
  return encoder.encode(`${JSON.stringify(head).slice(0, -1)},"value":${valueText}}`);
}

/** An entry as callers have it. */
export function publicEntry(
  { key, storageKey }: Pick<EntryPlace, "key" | "storageKey">,
  value: unknown,
  sequence: number,
  { updatedAt, expiresAt }: EntryTimes,
): StateEntry {
  return {
    ...(key === undefined ? {} : { key }),
    value,
    revision: revisionText(storageKey, { sequence, expiresAt }),
    updatedAt: timeText(updatedAt),
    ...(expiresAt === undefined ? {} : { expiresAt: timeText(expiresAt) }),
  };
}

/**
 * Reads what is stored under a key for a contract: as an entry of its version, or as one of an older version
 * that it accepts, whose value is not changed.
 */
export function readEntry(
  place: EntryPlace,
  stored: StoredRevision,
): Result<StateFound, EntryProblem> {
  const read = readRecord(place, stored);
  if (read.isErr()) return err(read.error);
  const { value, stateVersion, writerContractDigest, updatedAt } = read.value;
  const { declared } = place;
  const isCurrent = declared.isGone || stateVersion === declared.stateVersion;
  const schema = isCurrent ? declared.schema : ownSchema(declared.acceptedVersions, stateVersion);
  if (schema === undefined) return err(unknownVersion(place, stateVersion));
  const validator = validatorOf(schema);
  if (!validator.check(value)) {
    const subject = `what is stored in ${nameOf(place)}, of version ${quoted(stateVersion)},`;
    return err(new ValidationError({ subject, issues: validator.issues(value) }));
  }
  const { sequence, expiresAt } = stored;
  const times = { updatedAt: Date.parse(updatedAt), expiresAt };
  const entry = publicEntry(place, value, sequence, times);
  return ok(
    isCurrent ? entry : {
      migrationRequired: true,
      entry,
      stateVersion,
      currentStateVersion: declared.stateVersion,
      writerContractDigest,
    },
  );
}

/** The record of a stored entry, when it is one of this place. */
export function readRecord(
  place: EntryPlace,
  stored: StoredRevision,
): Result<StateEntryRecord, EntryProblem> {
  let text: string;
  try {
    text = decoder.decode(stored.bytes);
  } catch {
    return err(damaged(place, "it is not UTF-8 text"));
  }
  const parsed = parseStateEntry(readJson(text));
  if (parsed.kind === "malformed") return err(damaged(place, parsed.why));
  if (parsed.kind === "unstamped") return err(unstamped(place));
  const { entry } = parsed;
  const { namespace: { principal, contract, store }, key } = place;
  const isOwn = entry.principal === principalText(principal) && entry.contract === contract &&
    entry.store === store && entry.key === key;
  if (!isOwn) return err(damaged(place, "it was written for another place"));
  const expiresAt = entry.expiresAt === undefined ? undefined : Date.parse(entry.expiresAt);
  if (expiresAt !== stored.expiresAt) return err(damaged(place, "its expiry is not as its header"));
  return ok(entry);
}

/** The name of a place in messages. */
export function nameOf(
  { namespace: { store }, key }: Pick<EntryPlace, "namespace" | "key">,
): string {
  return key === undefined ? `state.${store}` : `${quoted(key)} of state.${store}`;
}

function damaged(place: EntryPlace, why: string): UnexpectedError {
  return new UnexpectedError({
    message: `what is stored for ${nameOf(place)} is damaged: ${why}; ` +
      "delete the entry, or write it again",
    cause: `key ${place.storageKey} of the bucket`,
  });
}

function unstamped(place: EntryPlace): StateError {
  return new StateError({
    reason: "unstamped",
    message: `the entry ${nameOf(place)} does not say which contract wrote it, and which version`,
    hint: "it is older than Trellis' first version: delete it, or write it again",
    store: place.namespace.store,
    key: place.key,
  });
}

function unknownVersion(place: EntryPlace, version: string): StateError {
  const { stateVersion } = place.declared;
  return new StateError({
    reason: "version_unknown",
    message: `the entry ${nameOf(place)} is of version ${quoted(version)}, which this contract ` +
      `neither has (${quoted(stateVersion)}) nor accepts`,
    hint: "update the app if a newer one wrote it, or add the version to acceptedVersions",
    store: place.namespace.store,
    key: place.key,
  });
}

function ownSchema<T>(schemas: Readonly<Record<string, T>>, version: string): T | undefined {
  return Object.hasOwn(schemas, version) ? schemas[version] : undefined;
}

function timeText(time: number): string {
  return new Date(time).toISOString();
}
