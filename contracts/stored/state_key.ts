/**
 * Where the entries of State are kept: keys of one bucket, which only the platform reads and writes.
 *
 * A key is `<store>.<principal>` for a value store, and `<store>.<principal>.<the caller's key>` for a map.
 * Both tokens are hashes over parts with their lengths, so no two namespaces meet, however names are chosen.
 * The caller's key becomes a token for each of its segments between `/`; written keys have the order of the
 * keys, by code points.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { encodeBase32 } from "../identity/base32.ts";
import type { Principal } from "../identity/caller.ts";
import { readStoreIndexKey, storeIndexKey } from "./store_index_key.ts";

/** The KV bucket of all entries. */
export const STATE_BUCKET = "trellis_state";

/** A store of a contract's lineage: all versions of a contract with one id. */
export interface StateStoreName {
  /** Contract id, as `acme.notes@v1`. */
  readonly contract: string;
  /** The name under `state`. */
  readonly store: string;
}

/** What one caller has in one store. */
export interface StateNamespace extends StateStoreName {
  readonly principal: Principal;
}

/** Characters of a token: 130 bits of its hash. */
const TOKEN_LENGTH = 26;
/** Stands for an empty segment with others behind it: between what `.` and what `0` is written as. */
const EMPTY = "/";
/** Stands for an empty segment at the end, before everything else. */
const EMPTY_LAST = "-";

/** The key of an entry; without a caller's key that of a value store. */
export function stateKey(namespace: StateNamespace, key?: string): string {
  const prefix = namespaceKey(namespace);
  return key === undefined ? prefix : `${prefix}.${writtenStateKey(key)}`;
}

/** What the keys of one caller in one map begin with, before `.`; the whole key in a value store. */
export function namespaceKey({ contract, store, principal }: StateNamespace): string {
  const { kind, id } = principal;
  return `${storeToken({ contract, store })}.${token("trellis.state.principal.v1", kind, id)}`;
}

/** Passes the entries of all callers in one store, of a map and of a value store. */
export function storeFilter(name: StateStoreName): string {
  return `${storeToken(name)}.>`;
}

/** A caller's key as the bucket has it. */
export function writtenStateKey(key: string): string {
  const segments = key.split("/");
  return segments.map((segment, at) =>
    segment !== "" ? storeIndexKey(segment) : at < segments.length - 1 ? EMPTY : EMPTY_LAST
  ).join(".");
}

/** What the written keys below a path of whole segments begin with. */
export function writtenStatePrefix(path: string): string {
  return path.split("/").map((segment) => `${segment === "" ? EMPTY : storeIndexKey(segment)}.`)
    .join("");
}

/** The caller's key behind a written one; undefined when it is none. */
export function readStateKey(written: string): string | undefined {
  const key: string[] = [];
  for (const segment of written.split(".")) {
    const isEmpty = segment === EMPTY || segment === EMPTY_LAST;
    const read = isEmpty ? "" : readStoreIndexKey(segment);
    if (read === undefined) return undefined;
    key.push(read);
  }
  const joined = key.join("/");
  return writtenStateKey(joined) === written ? joined : undefined;
}

function storeToken({ contract, store }: StateStoreName): string {
  return token("trellis.state.store.v1", contract, store);
}

/** Each part with its length before it: `a`, `bc` is not `ab`, `c`. */
function token(...parts: readonly string[]): string {
  const text = parts.map((part) => `${part.length}:${part}`).join("");
  const hash = createHash("sha256").update(text).digest();
  return encodeBase32(new Uint8Array(hash)).slice(0, TOKEN_LENGTH).toLowerCase();
}
