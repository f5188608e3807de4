import type { KVError } from "./kv_error.ts";

/** A value as it is stored under a key. */
export interface KVEntry<T> {
  /** The key. */
  readonly key: string;
  /** The value, checked against the schema. */
  readonly value: T;
  /** Changes with every write; opaque, to be compared for equality only. */
  readonly revision: string;
  /** When this revision was written, by the server's clock; ISO 8601 in UTC. */
  readonly createdAt: string;
  /** What caused the write, as `rpc:<request id>` or `event:<event id>/<group>`; absent where nobody has said it. */
  readonly cause?: string;
}

/** What a write answers. */
export interface KVWritten {
  /** The key. */
  readonly key: string;
  /** The revision that was written; opaque. */
  readonly revision: string;
}

/** A value was written. */
export interface KVPut<T> extends KVEntry<T> {
  /** Tells the kinds of {@link KVRevision} apart. */
  readonly kind: "put";
}

/** A key was deleted. */
export interface KVDeleted {
  /** Tells the kinds of {@link KVRevision} apart. */
  readonly kind: "delete";
  /** The key. */
  readonly key: string;
  /** The revision of the deletion; opaque. */
  readonly revision: string;
  /** When it was deleted; ISO 8601 in UTC. */
  readonly createdAt: string;
  /** What caused the deletion, as `rpc:<request id>` or `event:<event id>/<group>`. */
  readonly cause?: string;
}

/** Something was written that is not JSON or does not fit the schema. */
export interface KVInvalid {
  /** Tells the kinds of {@link KVRevision} apart. */
  readonly kind: "invalid";
  /** The key. */
  readonly key: string;
  /** The revision of what was written; opaque. */
  readonly revision: string;
  /** When it was written; ISO 8601 in UTC. */
  readonly createdAt: string;
  /** What caused the write, as `rpc:<request id>` or `event:<event id>/<group>`; absent where nobody has said it. */
  readonly cause?: string;
  /** What is wrong with it; reason `corrupt_value`. */
  readonly error: KVError;
}

/** What a key holds when it is listed: a value, or something that is not one. */
export type KVListed<T> = KVPut<T> | KVInvalid;

/** One revision of a key. */
export type KVRevision<T> = KVListed<T> | KVDeleted;

/** One change that a watch reports. */
export type KVChange<T> = KVRevision<T>;

/** The changes of a bucket, to be gone on with at another time. */
export interface KVFollowed<T> {
  /** True when they begin with the current value of every key, rather than after the cursor that was given. */
  readonly isWhole: boolean;
  /** Why they do though a cursor was given, in words for a log. */
  readonly whyAnew?: string | undefined;
  /** In the order in which they were written, each with the cursor of the place after it. */
  readonly changes: AsyncIterable<KVChange<T> & { readonly cursor: string }>;
}

/** What a bucket holds and allows. */
export interface KVStatus {
  /** Physical bucket name. */
  readonly bucket: string;
  /** Stored revisions, deletion markers included. */
  readonly values: number;
  /** Bytes used, keys and overhead included. */
  readonly bytes: number;
  /** Revisions kept of each key. */
  readonly history: number;
  /** Milliseconds after which an entry disappears; 0: never. */
  readonly ttlMs: number;
  /** Most bytes that the bucket may use, where limited. */
  readonly maxBytes?: number;
  /** Largest value in bytes, where the binding limits it. */
  readonly maxValueBytes?: number;
  /** Servers that hold a copy. */
  readonly replicas: number;
}
