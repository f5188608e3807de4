/**
 * How the parts of a blob store are named on NATS, the only home of these names. A store `s` is two
 * streams: the object store `OBJ_s`, whose objects any NATS tool reads, and the KV bucket `s__index`, which
 * says which object holds the bytes of each key. No KV alias has a bucket of that form: theirs hold no
 * double underscore.
 *
 * @module
 */
import { decodeBase64Url, encodeBase64Url } from "../json/base64.ts";

/** Milliseconds after which an object that no key leads to may be removed in any case. */
export const STORE_ORPHAN_MS: number = 60 * 60 * 1000;

/**
 * Milliseconds after which an object that was replaced or deleted may be removed, unless it is being
 * read: who asked for it by then has begun to read it.
 */
export const STORE_RETIRED_MS: number = 60 * 1000;

/** The same in a store that has no room left for a new object. */
export const STORE_RETIRED_IN_NEED_MS: number = 1000;

/**
 * Longest that writing one object may take, in milliseconds. Less than {@link STORE_ORPHAN_MS}, so that
 * nothing is taken for an orphan while it is being written.
 */
export const STORE_UPLOAD_MS: number = 30 * 60 * 1000;

/** Header of an object's description that holds its key, as the index writes it. */
export const INDEX_KEY_HEADER = "Trellis-Index-Key";

/** Header of an object's description that says since when no key leads to it. */
export const REPLACED_HEADER = "Trellis-Replaced";

/** The stream of a store's objects. */
export function objectStream(store: string): string {
  return `OBJ_${store}`;
}

/** The KV bucket of a store's index. */
export function indexBucket(store: string): string {
  return `${store}__index`;
}

/** The stream of a store's index. */
export function indexStream(store: string): string {
  return `KV_${indexBucket(store)}`;
}

/** What comes before the key in the subjects of a store's index. */
export function indexSubjectPrefix(store: string): string {
  return `$KV.${indexBucket(store)}.`;
}

/** The subject of an object's chunks. Its id is also its name. */
export function chunkSubject(store: string, object: string): string {
  return `$O.${store}.C.${object}`;
}

/** The subject of an object's description, whose last token is the name in padded base64url. */
export function metaSubject(store: string, object: string): string {
  const name = encodeBase64Url(new TextEncoder().encode(object));
  return `$O.${store}.M.${name}${"=".repeat((4 - name.length % 4) % 4)}`;
}

/** The object that a subject of `OBJ_<store>` belongs to; undefined for what Trellis did not write. */
export function objectOfSubject(store: string, subject: string): string | undefined {
  const [kind, token] = [subject.slice(0, store.length + 5), subject.slice(store.length + 6)];
  if (kind === `$O.${store}.C`) return isObjectId(token) ? token : undefined;
  if (kind !== `$O.${store}.M`) return undefined;
  try {
    const name = new TextDecoder().decode(decodeBase64Url(token));
    return isObjectId(name) && metaSubject(store, name) === subject ? name : undefined;
  } catch {
    // Another tool's name.
    return undefined;
  }
}

/** True for the id of an object that Trellis wrote: a ULID. */
export function isObjectId(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}
