import { AsyncResult, err, isErr, ok, type Result } from "../../contracts/result.ts";
import {
  buildPageResponse,
  MAX_PAGE_LIMIT,
  normalizePageQuery,
  type PageResponse,
} from "../../contracts/schema/page.ts";
import type { Validator } from "../../contracts/schema/validator.ts";
import { ALL_KEYS, invalidFilter, invalidKey, isKvFilter, isKvKey } from "./key.ts";
import type {
  FollowOptions,
  KvBucket,
  LiveKeys,
  StoredRevision,
  WatchOptions,
  WriteCondition,
} from "./kv_bucket.ts";
import type {
  KVChange,
  KVEntry,
  KVFollowed,
  KVListed,
  KVRevision,
  KVStatus,
  KVWritten,
} from "./kv_entry.ts";
import { KVError } from "./kv_error.ts";
import { ValueCodec } from "./value_codec.ts";

/** What a {@link TypedKV} is made with besides its bucket. */
export interface TypedKVOptions {
  /** Checks every value that is written or read. */
  readonly validator: Validator;
  /** The name under `resources.kv`, for messages. */
  readonly alias: string;
  /** Largest value in bytes of JSON, where the binding limits it. */
  readonly maxValueBytes?: number;
  /** What causes the writes through it; stored beside the values. */
  readonly cause?: string;
}

/** The condition of a write or a deletion. */
export interface ExpectedRevision {
  /** Write only when this is the key's current revision; else `revision_mismatch`. */
  readonly expectedRevision?: string;
}

/** Which entries a page is asked for. */
export interface KVListQuery {
  /** Keys to list, as `orders.*`; all unless said otherwise. */
  readonly filter?: string;
  /** Rows to skip; 0 unless said otherwise. */
  readonly offset?: number;
  /** Most entries of the page, 0 to 1000; 0 asks for the count alone. */
  readonly limit: number;
}

/**
 * A KV bucket whose values have the type `T` of its schema.
 *
 * Values are plain JSON in a NATS KV bucket. They are validated before a write and after a read.
 * No expected failure throws: every method answers a result with a {@link KVError}, which names
 * its `reason`. Reads see every write that was acknowledged before them.
 *
 * A write whose acknowledgement is lost is looked up. It answers `unknown_outcome` only when that does
 * not settle it; a conditional write is never applied twice.
 *
 * ```ts ignore
 * const entry = await client.kv.orders.get("o-1").take();
 * if (isErr(entry)) return err(entry.error);
 * await client.kv.orders.put("o-1", { ...entry.value, status: "shipped" }, {
 *   expectedRevision: entry.revision,
 * });
 * ```
 */
export class TypedKV<T> {
  readonly #bucket: KvBucket;
  readonly #codec: ValueCodec<T>;
  readonly #options: TypedKVOptions;

  /**
   * Made by the runtime for every declared alias; nothing is asked of the server.
   *
   * @param bucket where the entries are
   * @param options the schema's validator, the alias and its limits
   */
  constructor(bucket: KvBucket, options: TypedKVOptions) {
    this.#bucket = bucket;
    this.#options = options;
    this.#codec = new ValueCodec(options.validator, options.alias, options.maxValueBytes);
  }

  /** The same bucket, whose writes say what has caused them, as `rpc:<request id>`. */
  static causedBy<T>(kv: TypedKV<T>, cause: string): TypedKV<T> {
    return new TypedKV<T>(kv.#bucket, { ...kv.#options, cause });
  }

  /** The current value of a key; `not_found` when it has none, `corrupt_value` when it does not fit. */
  get(key: string): AsyncResult<KVEntry<T>, KVError> {
    return new AsyncResult(this.#get(key));
  }

  /** Stores the first value of a key; `exists` when it has one. A deleted key may be created again. */
  create(key: string, value: T): AsyncResult<KVWritten, KVError> {
    return new AsyncResult(this.#write(key, value, { kind: "absent" }));
  }

  /** Stores a value, whether or not there is one, or in place of the `expectedRevision`. */
  put(key: string, value: T, options?: ExpectedRevision): AsyncResult<KVWritten, KVError> {
    return new AsyncResult(this.#write(key, value, condition(options)));
  }

  /** Deletes a key; one that holds no value too. With history, earlier revisions stay readable. */
  delete(key: string, options?: ExpectedRevision): AsyncResult<void, KVError> {
    return new AsyncResult(this.#delete(key, condition(options)));
  }

  /**
   * The keys that hold a value, in lexicographic order, as they are at one moment: `*` in the filter
   * stands for one segment, `>` at its end for one or more. The iteration itself cannot fail.
   */
  keys(filter: string = ALL_KEYS): AsyncResult<AsyncIterable<string>, KVError> {
    return new AsyncResult(this.#live(filter)).map((live) => iterate(live.keys));
  }

  /**
   * A page of entries in lexicographic order of their keys. It is live: writes between two pages can
   * shift later ones. What is stored and does not fit the schema has its place as an entry of kind
   * `invalid`; all others are of kind `put`. Limits out of bounds are `invalid_page`.
   *
   * ```ts ignore
   * const page = await client.kv.orders.list({ limit: 100 }).orThrow();
   * const orders = page.entries.flatMap((entry) => entry.kind === "put" ? [entry.value] : []);
   * ```
   */
  list(query: KVListQuery): AsyncResult<PageResponse<KVListed<T>>, KVError> {
    return new AsyncResult(this.#list(query));
  }

  /** The revisions of a key that the bucket still keeps, deletions included, oldest first. */
  history(key: string): AsyncResult<KVRevision<T>[], KVError> {
    return new AsyncResult(this.#history(key));
  }

  /**
   * Reports changes as they are written, in order, until the signal ends it or the caller leaves the
   * loop. It goes on after a reconnection from where it was. What does not fit the schema is a change of
   * kind `invalid`. Entries that disappear by their ttl are not reported. The iteration throws a
   * {@link KVError} when the bucket is deleted or made again, or the connection is closed.
   *
   * ```ts ignore
   * const changes = (await client.kv.orders.watch("eu.*", { signal })).orThrow();
   * for await (const change of changes) {
   *   if (change.kind === "put") render(change.value);
   * }
   * ```
   */
  watch(
    filter: string = ALL_KEYS,
    options: WatchOptions = {},
  ): AsyncResult<AsyncIterable<KVChange<T>>, KVError> {
    return new AsyncResult(this.#watch(filter, options));
  }

  /**
   * Reports the current value of every key, and then each change, without a gap between them. Each has a cursor:
   * whoever gives it later goes on after it. Where that cannot be, because the bucket was made again or is newer
   * than its entries may grow old, it begins with the current values, and says so. Otherwise as {@link watch}.
   */
  follow(
    filter: string = ALL_KEYS,
    options: FollowOptions = {},
  ): AsyncResult<KVFollowed<T>, KVError> {
    return new AsyncResult(this.#follow(filter, options));
  }

  /** What the bucket holds and allows. */
  status(): AsyncResult<KVStatus, KVError> {
    return new AsyncResult(this.#status());
  }

  async #get(key: string): Promise<Result<KVEntry<T>, KVError>> {
    if (!isKvKey(key)) return err(invalidKey(key));
    const stored = (await this.#bucket.last(key)).take();
    if (isErr(stored)) return stored;
    if (stored === undefined || stored.deleted) {
      const message = `kv.${this.#options.alias} has no value under "${key}"`;
      return err(new KVError({ reason: "not_found", message, key }));
    }
    return this.#entry(stored);
  }

  async #write(key: string, value: T, when: WriteCondition): Promise<Result<KVWritten, KVError>> {
    if (!isKvKey(key)) return err(invalidKey(key));
    const bytes = this.#codec.encode(key, value).take();
    if (isErr(bytes)) return bytes;
    const revision = (await this.#bucket.write(key, bytes, when, this.#options)).take();
    return isErr(revision) ? revision : ok({ key, revision });
  }

  async #delete(key: string, when: WriteCondition): Promise<Result<void, KVError>> {
    if (!isKvKey(key)) return err(invalidKey(key));
    const revision = (await this.#bucket.remove(key, when, this.#options)).take();
    return isErr(revision) ? revision : ok();
  }

  #live(filter: string): Promise<Result<LiveKeys, KVError>> {
    if (!isKvFilter(filter)) return Promise.resolve(err(invalidFilter(filter)));
    return this.#bucket.live(filter);
  }

  async #list(query: KVListQuery): Promise<Result<PageResponse<KVListed<T>>, KVError>> {
    const page = boundedPage(query).take();
    if (isErr(page)) return page;
    const live = (await this.#live(query.filter ?? ALL_KEYS)).take();
    if (isErr(live)) return live;
    const found = (await this.#readPage(live, page)).take();
    if (isErr(found)) return found;
    return ok(buildPageResponse(found.entries, live.keys.length - found.gone, page));
  }

  /** Reads a page's entries; keys deleted since they were listed are left out and made up for. */
  async #readPage(
    live: LiveKeys,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<Result<{ entries: KVListed<T>[]; gone: number }, KVError>> {
    const entries: KVListed<T>[] = [];
    let gone = 0;
    let next = offset;
    while (entries.length < limit && next < live.keys.length) {
      const keys = live.keys.slice(next, next + limit - entries.length);
      next += keys.length;
      for (const read of await Promise.all(keys.map((key) => live.read(key)))) {
        const stored = read.take();
        if (isErr(stored)) return stored;
        if (stored === undefined || stored.deleted) gone++;
        else entries.push(this.#listed(stored));
      }
    }
    return ok({ entries, gone });
  }

  async #history(key: string): Promise<Result<KVRevision<T>[], KVError>> {
    if (!isKvKey(key)) return err(invalidKey(key));
    return (await this.#bucket.history(key)).map((all) =>
      all.map((stored) => this.#revision(stored))
    );
  }

  async #watch(
    filter: string,
    options: WatchOptions,
  ): Promise<Result<AsyncIterable<KVChange<T>>, KVError>> {
    const refused = this.#refusedWatch(filter, options.signal);
    if (refused !== undefined) return err(refused);
    return (await this.#bucket.watch(filter, options)).map((changes) =>
      convert(changes, (stored) => this.#revision(stored))
    );
  }

  async #follow(filter: string, options: FollowOptions): Promise<Result<KVFollowed<T>, KVError>> {
    const refused = this.#refusedWatch(filter, options.signal);
    if (refused !== undefined) return err(refused);
    return (await this.#bucket.follow(filter, options)).map((changes) => ({
      isWhole: changes.isWhole,
      whyAnew: changes.whyAnew,
      changes: convert(changes, (stored) => ({
        ...this.#revision(stored),
        cursor: changes.cursorOf(stored),
      })),
    }));
  }

  #refusedWatch(filter: string, signal: AbortSignal | undefined): KVError | undefined {
    if (!isKvFilter(filter)) return invalidFilter(filter);
    if (!signal?.aborted) return undefined;
    const message = `the watch of kv.${this.#options.alias} was aborted before it began`;
    return new KVError({ reason: "aborted", message });
  }

  async #status(): Promise<Result<KVStatus, KVError>> {
    const status = await this.#bucket.status();
    const { maxValueBytes } = this.#options;
    return maxValueBytes === undefined
      ? status
      : status.map((known) => ({ ...known, maxValueBytes }));
  }

  #entry(stored: StoredRevision): Result<KVEntry<T>, KVError> {
    const { key, bytes } = stored;
    return this.#codec.decode(key, bytes).map((value) => ({ key, value, ...written(stored) }));
  }

  #revision(stored: StoredRevision): KVRevision<T> {
    if (!stored.deleted) return this.#listed(stored);
    return { kind: "delete", key: stored.key, ...written(stored) };
  }

  #listed(stored: StoredRevision): KVListed<T> {
    const { key, bytes } = stored;
    const value = this.#codec.decode(key, bytes);
    return value.isErr()
      ? { kind: "invalid", key, ...written(stored), error: value.error }
      : { kind: "put", key, value: value.orThrow(), ...written(stored) };
  }
}

/** Which write it was, when, and why where that is known. */
function written(
  { revision, createdAt, cause }: StoredRevision,
): Pick<KVEntry<unknown>, "revision" | "createdAt" | "cause"> {
  return cause === undefined ? { revision, createdAt } : { revision, createdAt, cause };
}

function condition(options: ExpectedRevision | undefined): WriteCondition {
  const revision = options?.expectedRevision;
  return revision === undefined ? { kind: "any" } : { kind: "revision", revision };
}

function boundedPage(query: KVListQuery): Result<{ offset: number; limit: number }, KVError> {
  try {
    return ok(normalizePageQuery(query, MAX_PAGE_LIMIT));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return err(new KVError({ reason: "invalid_page", message: cause.message, cause }));
  }
}

async function* iterate(keys: readonly string[]): AsyncGenerator<string> {
  yield* keys;
}

/** Not a generator: one that is left before its first step would never close its source. */
function convert<From, To>(
  source: AsyncIterable<From>,
  change: (item: From) => To,
): AsyncIterable<To> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<To, undefined> {
      const items = source[Symbol.asyncIterator]();
      return {
        async next() {
          const item = await items.next();
          return item.done
            ? { done: true, value: undefined }
            : { done: false, value: change(item.value) };
        },
        async return() {
          await items.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
