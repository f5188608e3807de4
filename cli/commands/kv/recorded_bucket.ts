import { err, isErr, type Result } from "../../../contracts/result.ts";
import type {
  FollowOptions,
  KvBucket,
  KvChanges,
  LiveKeys,
  StoredRevision,
  WatchOptions,
  WriteCondition,
  WriteOptions,
} from "../../../runtime/kv/kv_bucket.ts";
import type { KVStatus } from "../../../runtime/kv/kv_entry.ts";
import { KVError } from "../../../runtime/kv/kv_error.ts";
import type { DataAudit, DataChange } from "../../program/data_audit.ts";

/** A bucket whose changes the audit history is told of: who, which key, what revision stood there. */
export class RecordedBucket implements KvBucket {
  /** Physical bucket name. */
  readonly name: string;
  readonly #bucket: KvBucket;
  readonly #audit: Pick<DataAudit, "note">;
  readonly #readOnly: string | undefined;

  /**
   * @param bucket where the entries are
   * @param audit what is told of changes
   * @param readOnly why nobody may change it by hand; undefined: they may
   */
  constructor(bucket: KvBucket, audit: Pick<DataAudit, "note">, readOnly?: string) {
    this.name = bucket.name;
    this.#bucket = bucket;
    this.#audit = audit;
    this.#readOnly = readOnly;
  }

  /** See {@link KvBucket.last}. */
  last(key: string): Promise<Result<StoredRevision | undefined, KVError>> {
    return this.#bucket.last(key);
  }

  /** Values have been checked before they come here: what does not fit leaves no entry. */
  write(
    key: string,
    bytes: Uint8Array,
    when: WriteCondition,
    options?: WriteOptions,
  ): Promise<Result<string, KVError>> {
    return this.#change("written", key, when, () => this.#bucket.write(key, bytes, when, options));
  }

  /** See {@link KvBucket.remove}. */
  remove(
    key: string,
    when: WriteCondition,
    options?: WriteOptions,
  ): Promise<Result<string, KVError>> {
    return this.#change("deleted", key, when, () => this.#bucket.remove(key, when, options));
  }

  /** See {@link KvBucket.live}. */
  live(filter: string): Promise<Result<LiveKeys, KVError>> {
    return this.#bucket.live(filter);
  }

  /** See {@link KvBucket.history}. */
  history(key: string): Promise<Result<readonly StoredRevision[], KVError>> {
    return this.#bucket.history(key);
  }

  /** See {@link KvBucket.watch}. */
  watch(
    filter: string,
    options: WatchOptions,
  ): Promise<Result<AsyncIterable<StoredRevision>, KVError>> {
    return this.#bucket.watch(filter, options);
  }

  /** See {@link KvBucket.follow}. */
  follow(filter: string, options: FollowOptions): Promise<Result<KvChanges, KVError>> {
    return this.#bucket.follow(filter, options);
  }

  /** See {@link KvBucket.status}. */
  status(): Promise<Result<KVStatus, KVError>> {
    return this.#bucket.status();
  }

  async #change(
    action: DataChange["action"],
    key: string,
    when: WriteCondition,
    change: () => Promise<Result<string, KVError>>,
  ): Promise<Result<string, KVError>> {
    if (this.#readOnly !== undefined) {
      return err(new KVError({ reason: "forbidden", message: this.#readOnly, key }));
    }
    const last = (await this.#bucket.last(key)).take();
    if (isErr(last)) return last;
    const there = last === undefined || last.deleted ? undefined : last.revision;
    // A revision that is past never comes back: the bucket refuses, and nothing is told of it.
    if (when.kind === "revision" && when.revision !== last?.revision) return await change();
    const replaced = there === undefined ? "nothing" : `revision ${there}`;
    const noted = (await this.#audit.note({ action, key, replaced })).take();
    if (!isErr(noted)) return await change();
    const { message } = noted.error;
    return err(
      new KVError({
        reason: "unavailable",
        message: `nothing was changed, because it cannot be recorded who does it: ${message}`,
        key,
      }),
    );
  }
}
