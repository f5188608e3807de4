import type { NatsConnection } from "@nats-io/nats-core";
import type { StoreResourceBinding } from "../../../contracts/stored/bindings.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { ObjectStore } from "../object_store.ts";
import type { StoreError } from "../store_error.ts";
import { fromKv } from "./store_failure.ts";
import { TypedStore, type TypedStoreOptions } from "../typed_store.ts";
import type { Line } from "../../nats/line.ts";
import { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { NatsKvBucket } from "../../kv/nats/nats_kv_bucket.ts";
import { NatsObjectStore } from "./nats_object_store.ts";
import { ObjectStream } from "./object_stream.ts";

const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_IDLE_MS = 10_000;
const DEFAULT_STALL_MS = 60_000;
/** Larger chunks gain nothing, and take more memory on the way. */
const LARGEST_CHUNK = 512 << 10;
/** What the headers of a chunk may take of the server's limit for a message. */
const HEADER_ALLOWANCE = 1024;

/** What a store is opened with. */
export interface OpenTypedStoreOptions {
  /** An open connection, or a line of them; it stays the caller's. */
  readonly connection: NatsConnection | Line;
  /** The `inboxPrefix` of that connection; `_INBOX` unless given. */
  readonly inboxPrefix?: string;
  /** Where the store is, and its limits. */
  readonly binding: StoreResourceBinding;
  /** The name under `resources.store`, for messages. */
  readonly alias: string;
  /** Milliseconds that one question to the server may take, reconnections included; 5000 unless given. */
  readonly timeoutMs?: number;
  /** Milliseconds that the server may be silent while bytes go; 10000 unless given. */
  readonly idleMs?: number;
  /** Milliseconds that a piece of a body may take to come; 60000 unless given. */
  readonly stallMs?: number;
}

/**
 * Opens the store of a binding, with one question to each of its streams. It creates nothing: a store
 * that is not there is `store_missing`.
 */
export async function openTypedStore(
  options: OpenTypedStoreOptions,
): Promise<Result<TypedStore, StoreError>> {
  return (await openObjectStore(options)).map((store) => typedStore(store, options));
}

/** The place of the objects itself, for tools that put something between it and the store. */
export async function openObjectStore(
  options: OpenTypedStoreOptions,
): Promise<Result<ObjectStore, StoreError>> {
  const { connection, inboxPrefix = "_INBOX", binding, alias } = options;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const context = { resource: `store ${alias}`, doing: "opening" };
  const stream = new ObjectStream(JetStreamRequests.of(connection, inboxPrefix), binding.name);
  const deadline = performance.now() + timeoutMs;
  const [objects, index] = await Promise.all([
    stream.info(deadline, context),
    stream.index.info(deadline),
  ]);
  if (objects.isErr()) return err(objects.error);
  const known = index.take();
  if (isErr(known)) return err(fromKv(known.error, context));
  return ok(
    new NatsObjectStore({
      alias,
      stream,
      index: new NatsKvBucket(stream.index, timeoutMs, known),
      chunkBytes: chunkBytes(connection),
      bounded: objects.orThrow().maxBytes !== undefined || binding.maxTotalBytes !== undefined,
      timeoutMs,
      idleMs: options.idleMs ?? DEFAULT_IDLE_MS,
    }),
  );
}

/** What is declared of a store, put on the place of its objects. Nothing is asked of the server. */
export function typedStore(
  store: ObjectStore,
  { alias, binding, stallMs = DEFAULT_STALL_MS, onUnreadable }:
    & Pick<OpenTypedStoreOptions, "alias" | "binding" | "stallMs">
    & Pick<TypedStoreOptions, "onUnreadable">,
): TypedStore {
  return new TypedStore(store, { alias, binding, stallMs, onUnreadable });
}

function chunkBytes({ info }: NatsConnection | Line): number {
  const largest = info?.max_payload ?? LARGEST_CHUNK;
  return Math.max(1, Math.min(LARGEST_CHUNK, largest - HEADER_ALLOWANCE));
}
