import type { StoreRecord } from "../../../contracts/stored/store_record.ts";
import { isErr, type Result } from "../../../contracts/result.ts";
import type { KeyOperation } from "../../../runtime/operation_context.ts";
import type { BodyChunks } from "../../../runtime/store/body_chunks.ts";
import type { ObjectLabels } from "../../../runtime/store/object_options.ts";
import type {
  CurrentObject,
  LiveObjects,
  ObjectReader,
  ObjectStore,
} from "../../../runtime/store/object_store.ts";
import type { SentPart, WantedPart } from "../../../runtime/store/object_part.ts";
import type { OperationLimit } from "../../../runtime/store/operation_limit.ts";
import { StoreError } from "../../../runtime/store/store_error.ts";
import type { StoreStatus } from "../../../runtime/store/store_types.ts";
import type { DataAudit, DataChange } from "../../program/data_audit.ts";

/** A store whose changes the audit history is told of: who, which key, what revision stood there. */
export class RecordedObjectStore implements ObjectStore {
  /** See {@link ObjectStore.chunkBytes}. */
  readonly chunkBytes: number;
  readonly #store: ObjectStore;
  readonly #audit: Pick<DataAudit, "note">;

  /**
   * @param store where the objects are
   * @param audit what is told of changes
   */
  constructor(store: ObjectStore, audit: Pick<DataAudit, "note">) {
    this.chunkBytes = store.chunkBytes;
    this.#store = store;
    this.#audit = audit;
  }

  /** See {@link ObjectStore.find}. */
  find(context: KeyOperation): Promise<Result<CurrentObject | undefined, StoreError>> {
    return this.#store.find(context);
  }

  /** See {@link ObjectStore.upload}. */
  upload(
    context: KeyOperation,
    chunks: BodyChunks,
    labels: ObjectLabels,
    limit: OperationLimit,
  ): Promise<Result<StoreRecord, StoreError>> {
    return this.#store.upload(context, chunks, labels, limit);
  }

  /** All bytes have come by now: what is broken off before leaves no entry. */
  async point(
    context: KeyOperation,
    record: StoreRecord,
    found: CurrentObject | undefined,
    limit: OperationLimit,
  ): Promise<Result<boolean, StoreError>> {
    const noted = (await this.#note("written", context, found)).take();
    return isErr(noted) ? noted : await this.#store.point(context, record, found, limit);
  }

  /** See {@link ObjectStore.clear}. */
  async clear(context: KeyOperation, found: CurrentObject): Promise<Result<boolean, StoreError>> {
    const noted = (await this.#note("deleted", context, found)).take();
    return isErr(noted) ? noted : await this.#store.clear(context, found);
  }

  /** See {@link ObjectStore.discard}. */
  discard(context: KeyOperation, record: StoreRecord): Promise<void> {
    return this.#store.discard(context, record);
  }

  /** See {@link ObjectStore.retire}. */
  retire(context: KeyOperation, record: StoreRecord): Promise<void> {
    return this.#store.retire(context, record);
  }

  /** See {@link ObjectStore.read}. */
  read(
    context: KeyOperation,
    record: StoreRecord,
    limit: OperationLimit,
  ): Promise<Result<ObjectReader, StoreError>> {
    return this.#store.read(context, record, limit);
  }

  /** See {@link ObjectStore.send}. */
  send(
    context: KeyOperation,
    record: StoreRecord,
    part: WantedPart,
  ): Promise<Result<SentPart, StoreError>> {
    return this.#store.send(context, record, part);
  }

  /** See {@link ObjectStore.live}. */
  live(): Promise<Result<LiveObjects, StoreError>> {
    return this.#store.live();
  }

  /** See {@link ObjectStore.figures}. */
  figures(): Promise<Result<Pick<StoreStatus, "bytes">, StoreError>> {
    return this.#store.figures();
  }

  async #note(
    action: DataChange["action"],
    { key }: KeyOperation,
    found: CurrentObject | undefined,
  ): Promise<Result<void, StoreError>> {
    const replaced = found === undefined ? "nothing" : `revision ${found.revision}`;
    return (await this.#audit.note({ action, key, replaced })).mapErr(({ message }) =>
      new StoreError({
        reason: "unavailable",
        message: `nothing was changed, because it cannot be recorded who does it: ${message}`,
        key,
      })
    );
  }
}
