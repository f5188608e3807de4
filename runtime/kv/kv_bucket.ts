/**
 * The port between {@link TypedKV} and the place where entries are stored. Keys and filters that
 * arrive here are well-formed; values are bytes. `runtime/nats/` implements it.
 *
 * @module
 */
import type { Result } from "../../contracts/result.ts";
import type { KVStatus } from "./kv_entry.ts";
import type { KVError } from "./kv_error.ts";

/** One revision of a key, as stored. */
export interface StoredRevision {
  /** The key. */
  readonly key: string;
  /** Opaque revision. */
  readonly revision: string;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
  /** True for a deletion marker, which has no bytes. */
  readonly deleted: boolean;
  /** What was written. */
  readonly bytes: Uint8Array;
  /** What caused the write, as `rpc:<request id>`; undefined where nobody has said it. */
  readonly cause?: string | undefined;
}

/** The keys that passed a filter at one moment. */
export interface LiveKeys {
  /** Keys that hold a value, in lexicographic order. */
  readonly keys: readonly string[];
  /** The current revision of one of them; undefined when it is gone by now. */
  read(key: string): Promise<Result<StoredRevision | undefined, KVError>>;
}

/** A condition under which a write happens. */
export type WriteCondition =
  /** Whatever is stored. */
  | { readonly kind: "any" }
  /** Only when the key holds no value. */
  | { readonly kind: "absent" }
  /** Only when this is the key's current revision. */
  | { readonly kind: "revision"; readonly revision: string };

/** How a change is made, besides its condition. */
export interface WriteOptions {
  /** What causes it, as `rpc:<request id>` or `event:<event id>/<group>`; stored beside the value. */
  readonly cause?: string | undefined;
  /** Milliseconds for all of it, where it is not as long as other operations may take. */
  readonly timeoutMs?: number;
  /** Milliseconds after which the server forgets the value, where the bucket takes such times. */
  readonly keepMs?: number;
  /** Names the write, so that it is stored once however often it is asked for within two minutes. */
  readonly id?: string;
}

/** What a watch is asked for. */
export interface WatchOptions {
  /** Ends the watch. */
  readonly signal?: AbortSignal;
  /** Begins with the current value of every key that passes; false unless said otherwise. */
  readonly includeExisting?: boolean;
}

/** Where a watch that can be gone on with begins. */
export interface FollowOptions {
  /** Ends the watch. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Begins after the change that has this cursor. Without one, and where not all changes since are known, it begins
   * with the current value of every key that passes.
   */
  readonly cursor?: string | undefined;
}

/** Changes of a bucket as they are followed. */
export interface KvChanges extends AsyncIterable<StoredRevision> {
  /** True when they begin with the current values. */
  readonly isWhole: boolean;
  /** Why they do, though a cursor was given. */
  readonly whyAnew?: string | undefined;
  /** The cursor of one of them. */
  cursorOf(revision: StoredRevision): string;
}

/** A bucket, as the typed store sees it. Nothing rejects for an expected failure. */
export interface KvBucket {
  /** Physical bucket name. */
  readonly name: string;
  /** The newest revision of a key, deletion markers included; undefined when there is none. */
  last(key: string): Promise<Result<StoredRevision | undefined, KVError>>;
  /** Stores bytes under a key and answers the new revision. */
  write(
    key: string,
    bytes: Uint8Array,
    when: WriteCondition,
    options?: WriteOptions,
  ): Promise<Result<string, KVError>>;
  /** Marks a key as deleted and answers the revision of the marker. */
  remove(
    key: string,
    when: WriteCondition,
    options?: WriteOptions,
  ): Promise<Result<string, KVError>>;
  /** The keys that pass a filter and hold a value. */
  live(filter: string): Promise<Result<LiveKeys, KVError>>;
  /** All stored revisions of a key, oldest first. */
  history(key: string): Promise<Result<readonly StoredRevision[], KVError>>;
  /** Revisions as they are written. The iteration throws a {@link KVError} when it cannot go on. */
  watch(
    filter: string,
    options: WatchOptions,
  ): Promise<Result<AsyncIterable<StoredRevision>, KVError>>;
  /** The same from a cursor on. */
  follow(filter: string, options: FollowOptions): Promise<Result<KvChanges, KVError>>;
  /** What the bucket holds and allows. */
  status(): Promise<Result<KVStatus, KVError>>;
}
