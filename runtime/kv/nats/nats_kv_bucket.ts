import { CAUSE_HEADER } from "../../../contracts/stored/work_headers.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type {
  FollowOptions,
  KvBucket,
  KvChanges,
  LiveKeys,
  StoredRevision,
  WatchOptions,
  WriteCondition,
  WriteOptions,
} from "../kv_bucket.ts";
import type { KVStatus } from "../kv_entry.ts";
import type { KVError } from "../kv_error.ts";
import { markText } from "../../nats/headers/prepared_headers.ts";
import { MESSAGE_TTL_HEADER } from "../../nats/jetstream/publish_headers.ts";
import type { StreamInfo } from "../../nats/jetstream/stream_info.ts";
import { KvListing } from "./kv_listing.ts";
import { mutate } from "./mutate.ts";
import type { BucketRevision } from "./stored_revision.ts";
import type { BucketStream } from "./bucket_stream.ts";
import { followStream, watchStream } from "./watch_stream.ts";

/** A NATS KV bucket: the stream `KV_<bucket>`, read from its leader. */
export class NatsKvBucket implements KvBucket {
  /** Physical bucket name. */
  readonly name: string;
  readonly #stream: BucketStream;
  readonly #timeoutMs: number;
  readonly #takesTtls: boolean;
  readonly #listing: KvListing;
  /** Newest sequence of the stream that was seen here: what is not newer was written before now. */
  #seen: number;

  /**
   * @param timeoutMs for each operation
   * @param info what its stream was when it was opened
   */
  constructor(
    stream: BucketStream,
    timeoutMs: number,
    { lastSequence, takesTtls }: Pick<StreamInfo, "lastSequence" | "takesTtls">,
  ) {
    this.name = stream.bucket;
    this.#stream = stream;
    this.#timeoutMs = timeoutMs;
    this.#seen = lastSequence;
    this.#takesTtls = takesTtls;
    this.#listing = new KvListing(stream, (key, deadline) => this.#last(key, deadline));
  }

  /** See {@link KvBucket.last}. */
  last(key: string): Promise<Result<StoredRevision | undefined, KVError>> {
    return this.#last(key, performance.now() + this.#timeoutMs);
  }

  /** See {@link KvBucket.write}. */
  write(
    key: string,
    bytes: Uint8Array,
    when: WriteCondition,
    options?: WriteOptions,
  ): Promise<Result<string, KVError>> {
    return this.#mutate(key, bytes, when, options);
  }

  /** See {@link KvBucket.remove}. */
  remove(
    key: string,
    when: WriteCondition,
    options?: WriteOptions,
  ): Promise<Result<string, KVError>> {
    return this.#mutate(key, undefined, when, options);
  }

  /** See {@link KvBucket.live}. */
  live(filter: string): Promise<Result<LiveKeys, KVError>> {
    return this.#listing.live(filter, this.#timeoutMs);
  }

  /** See {@link KvBucket.history}. */
  async history(key: string): Promise<Result<readonly StoredRevision[], KVError>> {
    const deadline = performance.now() + this.#timeoutMs;
    const all: BucketRevision[] = [];
    for (let from = 1;;) {
      const found = (await this.#stream.revision({ next: key, from }, deadline)).take();
      if (isErr(found)) return found;
      if (found === undefined) return ok(all);
      all.push(found);
      from = found.sequence + 1;
    }
  }

  /** See {@link KvBucket.watch}. */
  watch(
    filter: string,
    options: WatchOptions,
  ): Promise<Result<AsyncIterable<StoredRevision>, KVError>> {
    return watchStream(this.#stream, filter, options, this.#timeoutMs);
  }

  /** See {@link KvBucket.follow}. */
  follow(filter: string, options: FollowOptions): Promise<Result<KvChanges, KVError>> {
    return followStream(this.#stream, filter, options, this.#timeoutMs);
  }

  /** See {@link KvBucket.status}. */
  async status(): Promise<Result<KVStatus, KVError>> {
    const info = (await this.#stream.info(performance.now() + this.#timeoutMs)).take();
    if (isErr(info)) return info;
    const { messages, bytes, history, ttlMs, maxBytes, replicas } = info;
    const status = { bucket: this.name, values: messages, bytes, history, ttlMs, replicas };
    return ok(maxBytes === undefined ? status : { ...status, maxBytes });
  }

  async #last(key: string, deadline: number): Promise<Result<BucketRevision | undefined, KVError>> {
    const read = await this.#stream.revision({ last: key }, deadline);
    if (read.isOk()) this.#see(read.value?.sequence ?? 0);
    return read;
  }

  async #mutate(
    key: string,
    bytes: Uint8Array | undefined,
    when: WriteCondition,
    { cause, timeoutMs = this.#timeoutMs, keepMs, id }: WriteOptions = {},
  ): Promise<Result<string, KVError>> {
    const headers = markText(CAUSE_HEADER, cause) + (this.#takesTtls ? ttlLine(keepMs) : "");
    const mutation = {
      key,
      bytes,
      when,
      timeoutMs,
      headers,
      knownSequence: this.#seen,
      ...(id === undefined ? {} : { sharedId: id }),
    };
    const written = (await mutate(this.#stream, mutation)).take();
    if (isErr(written)) return written;
    this.#see(written.sequence);
    return ok(String(written.sequence));
  }

  #see(sequence: number): void {
    if (sequence > this.#seen) this.#seen = sequence;
  }
}

/** In whole seconds, as servers count. */
function ttlLine(keepMs: number | undefined): string {
  if (keepMs === undefined) return "";
  return `${MESSAGE_TTL_HEADER}: ${Math.max(1, Math.ceil(keepMs / 1000))}s\r\n`;
}
