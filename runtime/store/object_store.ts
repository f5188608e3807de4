/**
 * The port between {@link TypedStore} and the place where objects are kept. Keys that arrive here are
 * well-formed. `runtime/nats/` implements it.
 *
 * @module
 */
import type { Result } from "../../contracts/result.ts";
import type { StoreRecord } from "../../contracts/stored/store_record.ts";
import type { BodyChunks } from "./body_chunks.ts";
import type { OperationLimit } from "./operation_limit.ts";
import type { ObjectLabels } from "./object_options.ts";
import type { StoreError } from "./store_error.ts";
import type { StorePlace } from "./store_failure.ts";
import type { StoreStatus } from "./store_types.ts";

/** An operation on one key. */
export interface KeyPlace extends StorePlace {
  readonly key: string;
}

/** What a key leads to. */
export interface CurrentObject {
  /** The key. */
  readonly key: string;
  /** Opaque; another one after every change. */
  readonly revision: string;
  /** By the server's clock; ISO 8601 in UTC. */
  readonly updatedAt: string;
  /** Undefined when the index cannot be read. */
  readonly record: StoreRecord | undefined;
}

/** The keys that hold an object, at one moment. */
export interface LiveObjects {
  /** As the index writes them, sorted. */
  readonly written: readonly string[];
  /** What one of them leads to; undefined when it is gone by now. */
  read(written: string): Promise<Result<CurrentObject | undefined, StoreError>>;
}

/** The chunks of one object, as stored, in order; nothing of them has been checked. */
export interface ObjectReader {
  /** The next chunk; undefined when there are no more. */
  next(halt: OperationLimit): Promise<Result<Uint8Array | undefined, StoreError>>;
  /** Lets go of everything. */
  stop(): void;
}

/** Where objects are kept. Nothing rejects for an expected failure. */
export interface ObjectStore {
  /** What a body is cut into, in bytes. */
  readonly chunkBytes: number;
  /** What a key leads to; undefined when it holds no object. */
  find(place: KeyPlace): Promise<Result<CurrentObject | undefined, StoreError>>;
  /** Writes an object that no key leads to yet. When it fails, what was written is removed. */
  upload(
    place: KeyPlace,
    chunks: BodyChunks,
    labels: ObjectLabels,
    halt: OperationLimit,
  ): Promise<Result<StoreRecord, StoreError>>;
  /** Has the key lead to an object if nothing has changed since `found`; false when it has. */
  point(
    place: KeyPlace,
    record: StoreRecord,
    found: CurrentObject | undefined,
  ): Promise<Result<boolean, StoreError>>;
  /** Has the key lead nowhere if nothing has changed since `found`; false when it has. */
  clear(place: KeyPlace, found: CurrentObject): Promise<Result<boolean, StoreError>>;
  /** Removes an object to which no key leads or ever led, as far as that is possible now. */
  discard(place: KeyPlace, record: StoreRecord): Promise<void>;
  /** Notes that no key leads to an object any more: it is removed when its readers are done. */
  retire(place: KeyPlace, record: StoreRecord): Promise<void>;
  /** Begins to read an object. */
  read(
    place: KeyPlace,
    record: StoreRecord,
    halt: OperationLimit,
  ): Promise<Result<ObjectReader, StoreError>>;
  /** The keys that hold an object. */
  live(): Promise<Result<LiveObjects, StoreError>>;
  /** What the store uses. */
  figures(): Promise<Result<Pick<StoreStatus, "bytes">, StoreError>>;
}
