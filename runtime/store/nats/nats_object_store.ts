import { ulid } from "ulid";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { chunkSubject, metaSubject } from "../../../contracts/stored/store_names.ts";
import {
  encodeStoreRecord,
  parseStoreRecord,
  type StoreRecord,
} from "../../../contracts/stored/store_record.ts";
import type { StoredRevision } from "../../kv/kv_bucket.ts";
import type { BodyChunks } from "../body_chunks.ts";
import { type OperationLimit, STOPPED } from "../operation_limit.ts";
import type { ObjectLabels } from "../object_options.ts";
import type { CurrentObject, LiveObjects, ObjectReader, ObjectStore } from "../object_store.ts";
import type { StoreError } from "../store_error.ts";
import { readStoreIndexKey, storeIndexKey } from "../../../contracts/stored/store_index_key.ts";
import type { KeyOperation } from "../../operation_context.ts";
import { fromKv, storeFailure } from "./store_failure.ts";
import type { StoreStatus } from "../store_types.ts";
import type { NatsKvBucket } from "../../kv/nats/nats_kv_bucket.ts";
import type { SentPart, WantedPart } from "../object_part.ts";
import { ChunkPlaces } from "./chunk_places.ts";
import { Download, readerOf } from "./download.ts";
import { describeNothing, describeObject, replacingHeaders } from "./object_description.ts";
import type { ObjectStream } from "./object_stream.ts";
import { readPublishAck } from "../../nats/jetstream/api_answer.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import { removeUnread } from "./make_room.ts";
import { sendPart, whyMissing } from "./send_part.ts";
import { Upload } from "./upload.ts";

/** Objects of one chunk up to so many bytes are read with one question, which takes no consumer. */
const SMALL_BYTES = 128 << 10;
/** How long tidying up after itself may hold up a writer, in milliseconds. */
const TIDY_MS = 1000;

/** What a store on NATS is made of. */
export interface NatsObjectStoreParts {
  readonly alias: string;
  readonly stream: ObjectStream;
  readonly index: NatsKvBucket;
  readonly chunkBytes: number;
  /** True for a store that may not grow beyond a size. */
  readonly bounded: boolean;
  /** Milliseconds for one question. */
  readonly timeoutMs: number;
  /** Milliseconds that the server may be silent while bytes go. */
  readonly idleMs: number;
}

/** A store on NATS: objects that never change, and an index whose entries change by compare-and-set. */
export class NatsObjectStore implements ObjectStore {
  /** See {@link ObjectStore.chunkBytes}. */
  readonly chunkBytes: number;
  readonly #parts: NatsObjectStoreParts;
  readonly #places: ChunkPlaces;

  /** @param parts both streams, and how patiently they are asked */
  constructor(parts: NatsObjectStoreParts) {
    this.#parts = parts;
    this.#places = new ChunkPlaces(parts.stream);
    this.chunkBytes = parts.chunkBytes;
  }

  /** See {@link ObjectStore.find}. */
  async find(context: KeyOperation): Promise<Result<CurrentObject | undefined, StoreError>> {
    const stored = (await this.#parts.index.last(storeIndexKey(context.key))).take();
    if (isErr(stored)) return err(fromKv(stored.error, context));
    return ok(currentOf(context.key, stored));
  }

  /** See {@link ObjectStore.upload}. */
  async upload(
    context: KeyOperation,
    chunks: BodyChunks,
    labels: ObjectLabels,
    limit: OperationLimit,
  ): Promise<Result<StoreRecord, StoreError>> {
    const { stream, chunkBytes, idleMs, bounded } = this.#parts;
    const object = ulid();
    using upload = new Upload({ stream, object, context, chunkBytes, limit, idleMs, bounded });
    const record = await upload.run(chunks, labels);
    if (record.isErr()) await this.#wipe(object, upload.traces);
    return record;
  }

  /** See {@link ObjectStore.point}. */
  async point(
    context: KeyOperation,
    record: StoreRecord,
    found: CurrentObject | undefined,
    limit: OperationLimit,
  ): Promise<Result<boolean, StoreError>> {
    const when = found === undefined
      ? { kind: "absent" } as const
      : { kind: "revision", revision: found.revision } as const;
    const bytes = encodeStoreRecord(record);
    const { index, timeoutMs } = this.#parts;
    const ms = Math.min(timeoutMs, limit.leftMs);
    const { key, cause } = context;
    const options = { timeoutMs: ms, cause };
    const written = (await index.write(storeIndexKey(key), bytes, when, options)).take();
    if (!isErr(written)) return ok(true);
    const { reason } = written.error;
    if (reason === "exists" || reason === "revision_mismatch") return ok(false);
    return err(fromKv(written.error, context));
  }

  /** See {@link ObjectStore.clear}. */
  async clear(
    context: KeyOperation,
    { revision }: CurrentObject,
  ): Promise<Result<boolean, StoreError>> {
    const when = { kind: "revision", revision } as const;
    const { key, cause } = context;
    const removed = (await this.#parts.index.remove(storeIndexKey(key), when, { cause })).take();
    if (!isErr(removed)) return ok(true);
    if (removed.error.reason === "revision_mismatch") return ok(false);
    return err(fromKv(removed.error, context));
  }

  /** See {@link ObjectStore.discard}. */
  async discard(_place: KeyOperation, { object, chunks }: StoreRecord): Promise<void> {
    const { store } = this.#parts.stream;
    const meta = metaSubject(store, object);
    await this.#wipe(object, chunks === 0 ? [meta] : [chunkSubject(store, object), meta]);
  }

  /** See {@link ObjectStore.retire}. */
  async retire({ key }: KeyOperation, record: StoreRecord): Promise<void> {
    const { stream, chunkBytes } = this.#parts;
    if (!stream.requests.up) return;
    const replaced = new Date().toISOString();
    const { store } = stream;
    const description = describeObject(record, { store, key, chunkBytes, replaced });
    const deadline = performance.now() + TIDY_MS;
    const subject = metaSubject(store, record.object);
    // Without it the collector goes by the age of the key's own entry.
    const answer = await stream.requests.request(
      subject,
      description,
      deadline,
      replacingHeaders(),
    );
    const noted = readPublishAck(answer);
    // A store that has no room even for that gets room by it.
    const isFull = noted.isErr() && failureMeaning(noted.error).reason === "full";
    if (isFull) await removeUnread(stream, record.object, deadline);
  }

  /** See {@link ObjectStore.read}. */
  async read(
    context: KeyOperation,
    record: StoreRecord,
    limit: OperationLimit,
  ): Promise<Result<ObjectReader, StoreError>> {
    const { stream, idleMs, timeoutMs } = this.#parts;
    const { chunks, size, object } = record;
    if (size === 0) return ok(readerOf(undefined));
    const subject = chunkSubject(stream.store, object);
    const download = () => new Download({ stream, subject, context, chunks, idleMs });
    if (chunks > 1 || size > SMALL_BYTES) return ok(download());
    const asked = await limit.wait(stream.last(subject, performance.now() + timeoutMs, context));
    if (asked === STOPPED) return err(limit.error ?? storeFailure({ kind: "timeout" }, context));
    return asked.map((message) =>
      message?.data.length === size ? readerOf(message.data) : download()
    );
  }

  /** See {@link ObjectStore.send}. */
  async send(
    context: KeyOperation,
    record: StoreRecord,
    part: WantedPart,
  ): Promise<Result<SentPart, StoreError>> {
    const { stream, timeoutMs } = this.#parts;
    const deadline = performance.now() + timeoutMs;
    const parts = { stream, places: this.#places, record, context, deadline };
    const sent = (await sendPart(parts, part)).take();
    if (isErr(sent) || sent !== undefined) return isErr(sent) ? sent : ok(sent);
    return err(
      await whyMissing(parts, async () => {
        const found = (await this.find(context)).take();
        return !isErr(found) && found?.record?.object === record.object;
      }),
    );
  }

  /** See {@link ObjectStore.live}. */
  async live(): Promise<Result<LiveObjects, StoreError>> {
    const { index, alias } = this.#parts;
    const context = { resource: `store ${alias}`, doing: "list" };
    const live = (await index.live(">")).take();
    if (isErr(live)) return err(fromKv(live.error, context));
    return ok({
      written: live.keys,
      read: async (written) => {
        const stored = (await live.read(written)).take();
        if (isErr(stored)) return err(fromKv(stored.error, context));
        const key = readStoreIndexKey(written);
        if (key !== undefined) return ok(currentOf(key, stored));
        // Written by another tool: it is shown as what it is, and fails as unreadable.
        const current = currentOf(written, stored);
        return ok(current && { ...current, record: undefined });
      },
    });
  }

  /** See {@link ObjectStore.figures}. */
  async figures(): Promise<Result<Pick<StoreStatus, "bytes">, StoreError>> {
    const { stream, alias, timeoutMs } = this.#parts;
    const context = { resource: `store ${alias}`, doing: "status" };
    const deadline = performance.now() + timeoutMs;
    const [objects, index] = await Promise.all([
      stream.info(deadline, context),
      this.#parts.index.status(),
    ]);
    if (index.isErr()) return err(fromKv(index.error, context));
    return objects.map(({ bytes }) => ({ bytes: bytes + index.orThrow().bytes }));
  }

  /**
   * Replaces what is under the subjects by next to nothing. It takes no right to purge, and it comes
   * after everything that this connection has sent.
   */
  async #wipe(object: string, subjects: readonly string[]): Promise<void> {
    const { stream } = this.#parts;
    if (!stream.requests.up) return;
    const deadline = performance.now() + TIDY_MS;
    await Promise.all(subjects.map((subject) => {
      const isMeta = subject === metaSubject(stream.store, object);
      const bytes = isMeta ? describeNothing(stream.store, object) : new Uint8Array(0);
      return stream.requests.request(subject, bytes, deadline, replacingHeaders());
    }));
  }
}

function currentOf(key: string, stored: StoredRevision | undefined): CurrentObject | undefined {
  if (stored === undefined || stored.deleted) return undefined;
  const { revision, createdAt: updatedAt, cause, bytes } = stored;
  return { key, revision, updatedAt, cause, record: parseStoreRecord(bytes) };
}
