import { AsyncResult, err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { StoreRecord } from "../../contracts/stored/store_record.ts";
import { OperationLimit } from "./operation_limit.ts";
import { operationProblem } from "./object_options.ts";
import type { KeyOperation } from "../operation_context.ts";
import type { CurrentObject, ObjectStore } from "./object_store.ts";
import type { StoreError } from "./store_error.ts";
import { storeError } from "./store_problem.ts";
import type { StoreInfo, StoreOperationOptions } from "./store_types.ts";
import { VerifiedReader } from "./verified_reader.ts";

/**
 * An object as it was when it was asked for. Reading that has begun gives those bytes also when the key
 * is overwritten or deleted meanwhile. So does reading that begins within a minute of that, or, in a
 * store that has no room left, within a second; after that it is `gone`.
 *
 * ```ts ignore
 * const entry = await uploads.get("incoming/a.pdf").orThrow();
 * const body = await entry.stream().orThrow();
 * return new Response(ReadableStream.from(body));
 * ```
 */
export class TypedStoreEntry {
  /** The key. */
  readonly key: string;
  /** Size, time, digest and labels. */
  readonly info: StoreInfo;
  readonly #cause: string | undefined;
  readonly #store: ObjectStore;
  readonly #record: StoreRecord;
  readonly #alias: string;

  /** Made by `get`; nothing is asked of the server. */
  constructor(store: ObjectStore, found: CurrentObject, record: StoreRecord, alias: string) {
    this.key = found.key;
    this.info = infoOf(found, record);
    this.#cause = found.cause;
    this.#store = store;
    this.#record = record;
    this.#alias = alias;
  }

  /** What caused the write, as `rpc:<request id>` or `event:<event id>/<group>`; undefined where nobody has said it. */
  static causeOf(entry: TypedStoreEntry): string | undefined {
    return entry.#cause;
  }

  /** What the store keeps of it. */
  static recordOf(entry: TypedStoreEntry): StoreRecord {
    return entry.#record;
  }

  /**
   * The bytes as they come, to be read once; each call reads again. Reading waits for the reader and holds
   * little in memory. The stream ends in order only when size and digest are right; otherwise it fails with a
   * {@link StoreError}, and so it does when the server is silent or the signal aborts.
   */
  stream(
    options: StoreOperationOptions = {},
  ): AsyncResult<ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>, StoreError> {
    return new AsyncResult(this.#stream(options));
  }

  /** All bytes at once; for objects that fit in memory. */
  bytes(options: StoreOperationOptions = {}): AsyncResult<Uint8Array, StoreError> {
    return new AsyncResult(this.#bytes(options));
  }

  async #stream(
    options: StoreOperationOptions,
  ): Promise<Result<ReadableStream<Uint8Array>, StoreError>> {
    const reader = (await this.#open(options)).take();
    if (isErr(reader)) return reader;
    const first = (await reader.next()).take();
    if (isErr(first)) return first;
    return ok(streamOf(reader, first));
  }

  async #bytes(options: StoreOperationOptions): Promise<Result<Uint8Array, StoreError>> {
    const reader = (await this.#open(options)).take();
    if (isErr(reader)) return reader;
    const room = this.#room().take();
    if (isErr(room)) {
      reader[Symbol.dispose]();
      return room;
    }
    for (let filled = 0;;) {
      const chunk = (await reader.next()).take();
      if (isErr(chunk)) return chunk;
      if (chunk === undefined) return ok(room);
      room.set(chunk, filled);
      filled += chunk.length;
    }
  }

  #room(): Result<Uint8Array, StoreError> {
    try {
      return ok(new Uint8Array(this.#record.size));
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      const what = `${this.#record.size} bytes do not fit in memory; read stream() instead`;
      return err(storeError({ reason: "too_large", what, cause }, this.#context()));
    }
  }

  async #open(options: StoreOperationOptions): Promise<Result<VerifiedReader, StoreError>> {
    const context = this.#context();
    const problem = operationProblem(options, context);
    if (problem !== undefined) return err(problem);
    const limit = new OperationLimit(context, options);
    if (limit.error !== undefined) return err(limit.error);
    const record = this.#record;
    const reader = (await this.#store.read(context, record, limit)).take();
    if (isErr(reader)) {
      limit[Symbol.dispose]();
      return reader;
    }
    return ok(
      new VerifiedReader({
        reader,
        record,
        context,
        limit,
        current: async () => {
          const found = (await this.#store.find(context)).take();
          return !isErr(found) && found?.record?.object === record.object;
        },
      }),
    );
  }

  #context(): KeyOperation {
    return { resource: `store ${this.#alias}`, doing: "reading", key: this.key };
  }
}

/** What is shown of an object. */
export function infoOf({ key, updatedAt }: CurrentObject, record: StoreRecord): StoreInfo {
  const { size, digest, contentType, metadata } = record;
  const info: StoreInfo = { key, size, updatedAt, digest, metadata: { ...metadata } };
  if (contentType !== undefined) info.contentType = contentType;
  return info;
}

function streamOf(
  reader: VerifiedReader,
  first: Uint8Array | undefined,
): ReadableStream<Uint8Array> {
  let ahead = first;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (first === undefined) controller.close();
    },
    async pull(controller) {
      const chunk = ahead ?? (await reader.next()).take();
      ahead = undefined;
      if (isErr(chunk)) controller.error(chunk.error);
      else if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel() {
      reader[Symbol.dispose]();
    },
  }, { highWaterMark: 0 });
}
