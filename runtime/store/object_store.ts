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
import type { SentPart, WantedPart } from "./object_part.ts";
import type { StoreError } from "./store_error.ts";
import type { KeyOperation } from "../operation_context.ts";
import type { StoreStatus } from "./store_types.ts";

/** What a key leads to. */
export interface CurrentObject {
  /** The key. */
  readonly key: string;
  /** Opaque; another one after every change. */
  readonly revision: string;
  /** By the server's clock; ISO 8601 in UTC. */
  readonly updatedAt: string;
  /** What has caused it, as `rpc:<request id>`; undefined where nobody has said it. */
  readonly cause?: string | undefined;
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
  next(limit: OperationLimit): Promise<Result<Uint8Array | undefined, StoreError>>;
  /** Ends the reading. */
  stop(): void;
}

/** Where objects are kept. Nothing rejects for an expected failure. */
export interface ObjectStore {
  /** What a body is cut into, in bytes. */
  readonly chunkBytes: number;
  /** What a key leads to; undefined when it holds no object. */
  find(context: KeyOperation): Promise<Result<CurrentObject | undefined, StoreError>>;
  /** Writes an object that no key leads to yet. When it fails, what was written is removed. */
  upload(
    context: KeyOperation,
    chunks: BodyChunks,
    labels: ObjectLabels,
    limit: OperationLimit,
  ): Promise<Result<StoreRecord, StoreError>>;
  /** Has the key lead to an object if nothing has changed since `found`; false when it has. */
  point(
    context: KeyOperation,
    record: StoreRecord,
    found: CurrentObject | undefined,
    limit: OperationLimit,
  ): Promise<Result<boolean, StoreError>>;
  /** Has the key lead nowhere if nothing has changed since `found`; false when it has. */
  clear(context: KeyOperation, found: CurrentObject): Promise<Result<boolean, StoreError>>;
  /** Removes an object to which no key leads or ever led, as far as that is possible now. */
  discard(context: KeyOperation, record: StoreRecord): Promise<void>;
  /** Notes that no key leads to an object any more: it is removed when its readers are done. */
  retire(context: KeyOperation, record: StoreRecord): Promise<void>;
  /** Begins to read an object. */
  read(
    context: KeyOperation,
    record: StoreRecord,
    limit: OperationLimit,
  ): Promise<Result<ObjectReader, StoreError>>;
  /** Has a part of an object sent to somebody. */
  send(
    context: KeyOperation,
    record: StoreRecord,
    part: WantedPart,
  ): Promise<Result<SentPart, StoreError>>;
  /** The keys that hold an object. */
  live(): Promise<Result<LiveObjects, StoreError>>;
  /** What the store uses. */
  figures(): Promise<Result<Pick<StoreStatus, "bytes">, StoreError>>;
}
