/**
 * The port between the operations on state and the place where entries are stored. `nats/` implements it.
 *
 * @module
 */
import type { Result } from "../../../contracts/result.ts";
import type { KVError } from "../../kv/kv_error.ts";

/** What was written under a key last. */
export interface StoredRevision {
  readonly sequence: number;
  /** True for a deletion, which has no bytes. */
  readonly isDeleted: boolean;
  /** Milliseconds since 1970; undefined: never. */
  readonly expiresAt: number | undefined;
  /** Names the operation that wrote it. */
  readonly operation: string | undefined;
  readonly bytes: Uint8Array;
}

/** When a write happens. */
export type StateCondition =
  /** Whatever is stored. */
  | { readonly kind: "any" }
  /** Only when the key holds nothing. */
  | { readonly kind: "absent" }
  /** Only when this is what was written last. */
  | { readonly kind: "sequence"; readonly sequence: number };

/** A write of an entry, or of a deletion. */
export interface StateWrite {
  readonly key: string;
  /** Undefined to delete. */
  readonly bytes: Uint8Array | undefined;
  readonly when: StateCondition;
  /** Whoever writes under the same name writes the same: it is stored once. */
  readonly operation: string;
  /** Milliseconds since 1970; undefined: never. */
  readonly expiresAt?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a write came to. */
export type StateWritten =
  | {
    readonly kind: "stored";
    readonly sequence: number;
    /** True when it was stored before, under the same name. */
    readonly isRepeat: boolean;
  }
  /** The condition was not met, or another process has refused it under the same name. */
  | { readonly kind: "refused" };

/** Keys of one namespace, as they were at one moment. */
export interface KeyPage {
  /** How many there are in all. */
  readonly count: number;
  /** Written keys without the namespace, in order, and what was written under each last. */
  readonly keys: readonly { readonly key: string; readonly sequence: number }[];
}

/** Which keys are asked for. */
export interface KeyQuery {
  /** What comes before the keys of the namespace, without a final dot. */
  readonly namespace: string;
  /** What the written keys begin with. */
  readonly prefix: string;
  readonly offset: number;
  readonly limit: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Where the entries of all are stored. Nothing rejects for an expected failure. */
export interface StateStore {
  /** The time by which entries expire, in milliseconds since 1970: the same for all processes that serve them. */
  now(): Promise<number>;
  /**
   * What was written under a key last, never something older; undefined when there is nothing.
   *
   * @param sequence what it probably is: found sooner
   */
  read(key: string, sequence?: number): Promise<Result<StoredRevision | undefined, KVError>>;
  /** Writes, or deletes, under a condition. What is refused is written by nobody else under the same name either. */
  write(write: StateWrite): Promise<Result<StateWritten, KVError>>;
  /**
   * Has nobody write under the name of an operation any more, for as long as repeated writes are recognised. Answers the
   * sequence of what was written under it before; undefined where nothing was, and nothing will be.
   */
  refuse(operation: string): Promise<Result<number | undefined, KVError>>;
  /** Keys of a namespace that hold something. */
  keys(query: KeyQuery): Promise<Result<KeyPage, KVError>>;
}
