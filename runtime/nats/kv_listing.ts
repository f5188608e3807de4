import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { LiveKeys, StoredRevision } from "../kv/kv_bucket.ts";
import { ALL_KEYS } from "../kv/key.ts";
import { KeyIndex } from "../kv/key_index.ts";
import type { KVError } from "../kv/kv_error.ts";
import type { DeliveryOptions } from "./kv_delivery.ts";
import { scan } from "./kv_scan.ts";
import type { KvStream, StreamInfo } from "./kv_stream.ts";

/** Up to so many keys are read one by one, with their values; it takes no consumer. */
const FEW_KEYS = 256;
/** As long as their values are not expected to exceed so many bytes together. */
const FEW_BYTES = 1 << 20;
/** A filter that passes less than this part of a bucket's keys is not worth an index. */
const NARROW_SHARE = 0.25;
/** Buckets with more keys are scanned each time; an index takes about 150 bytes a key. */
const MAX_INDEXED_KEYS = 1_000_000;
/** More changes than this part of the index are not followed; it is made anew. */
const FOLLOWED_SHARE = 0.25;
/** How often an index is compared with the bucket before it is made anew. */
const MAX_COMPARISONS = 3;
/** Filters that are remembered as wide. */
const MAX_WIDE_FILTERS = 64;

/**
 * Finds the keys of a bucket that hold a value. The server can count keys and can name them, but
 * deleted keys are among them: only a revision itself says that it is a deletion.
 *
 * Few keys are read from the leader, all at once. Many are scanned without their values. A wide
 * part of a large bucket is answered from an index, which follows the bucket's changes and is compared
 * with the bucket's own counts at every use.
 */
export class KvListing {
  readonly #stream: KvStream;
  readonly #read: (
    key: string,
    deadline: number,
  ) => Promise<Result<StoredRevision | undefined, KVError>>;
  readonly #wide = new Set<string>();
  #index: { readonly created: string; readonly keys: KeyIndex } | undefined;
  /** Refreshes follow one another. */
  #refreshing: Promise<unknown> = Promise.resolve();

  /** @param read reads the newest revision of a key from the leader */
  constructor(
    stream: KvStream,
    read: (
      key: string,
      deadline: number,
    ) => Promise<Result<StoredRevision | undefined, KVError>>,
  ) {
    this.#stream = stream;
    this.#read = read;
  }

  /** The keys that pass the filter and hold a value; see `KvBucket.live`. */
  async live(filter: string, timeoutMs: number): Promise<Result<LiveKeys, KVError>> {
    const deadline = performance.now() + timeoutMs;
    const bounds = (await this.#bounds(filter, deadline)).take();
    if (isErr(bounds)) return bounds;
    const read = (key: string) => this.#read(key, performance.now() + timeoutMs);
    if (bounds.keys !== undefined && isLittle(bounds.keys.length, bounds)) {
      return await this.#readAll(bounds.keys, deadline, read);
    }
    const keys = (await this.#many(filter, bounds, deadline)).take();
    return isErr(keys) ? keys : ok({ keys, read });
  }

  /** The bucket's state, with the keys that pass the filter unless they are known to be many. */
  async #bounds(filter: string, deadline: number): Promise<Result<StreamInfo, KVError>> {
    if (filter !== ALL_KEYS && !this.#wide.has(filter)) {
      return await this.#stream.info(deadline, filter);
    }
    const info = (await this.#stream.info(deadline)).take();
    if (isErr(info)) return info;
    if (!isLittle(info.subjectCount, info)) return ok(info);
    return await this.#stream.info(deadline, filter);
  }

  async #readAll(
    candidates: readonly string[],
    deadline: number,
    read: LiveKeys["read"],
  ): Promise<Result<LiveKeys, KVError>> {
    const found = new Map<string, StoredRevision>();
    for (const one of await Promise.all(candidates.map((key) => this.#read(key, deadline)))) {
      const stored = one.take();
      if (isErr(stored)) return stored;
      if (stored !== undefined && !stored.deleted) found.set(stored.key, stored);
    }
    const keys = [...found.keys()].sort();
    return ok({
      keys,
      read: (key) => {
        const known = found.get(key);
        return known === undefined ? read(key) : Promise.resolve(ok(known));
      },
    });
  }

  async #many(
    filter: string,
    info: StreamInfo,
    deadline: number,
  ): Promise<Result<readonly string[], KVError>> {
    const { keys, history, subjectCount } = info;
    // With several messages a key, counts do not show whether a marker was removed.
    const countable = history === 1 && subjectCount <= MAX_INDEXED_KEYS;
    const narrow = keys !== undefined && keys.length < subjectCount * NARROW_SHARE;
    if (!narrow) this.#rememberWide(filter);
    if (!countable || narrow) return await this.#scanned(filter, deadline);
    const index = (await this.#refreshed(info, deadline)).take();
    return isErr(index) ? index : ok(index.select(filter));
  }

  async #scanned(filter: string, deadline: number): Promise<Result<readonly string[], KVError>> {
    const scanned = (await this.#scan(filter, { kind: "last" }, deadline)).take();
    return isErr(scanned) ? scanned : ok(scanned.select(ALL_KEYS));
  }

  async #scan(
    filter: string,
    start: DeliveryOptions["start"],
    deadline: number,
  ): Promise<Result<KeyIndex, KVError>> {
    let keys = new KeyIndex();
    const end = (await scan(this.#stream, filter, start, deadline, {
      restart: () => keys = new KeyIndex(),
      message: ({ key, sequence, deleted }) => keys.apply(key, sequence, deleted),
    })).take();
    return isErr(end) ? end : ok(keys);
  }

  #refreshed(info: StreamInfo, deadline: number): Promise<Result<KeyIndex, KVError>> {
    const refreshed = this.#refreshing.then(() => this.#refresh(info, deadline));
    this.#refreshing = refreshed.catch(() => undefined);
    return refreshed;
  }

  async #refresh(info: StreamInfo, deadline: number): Promise<Result<KeyIndex, KVError>> {
    let current = info;
    for (let round = 0; round < MAX_COMPARISONS; round++) {
      const index = this.#index;
      if (index === undefined || index.created !== current.created) break;
      index.keys.dropBefore(current.firstSequence);
      const missing = current.lastSequence - index.keys.newest;
      // It has followed the bucket to a point after the question, and no key vanished unseen.
      if (index.keys.newest >= info.lastSequence && agrees(index.keys, current)) {
        return ok(index.keys);
      }
      if (missing > Math.max(FEW_KEYS, index.keys.size * FOLLOWED_SHARE)) break;
      if (missing > 0) {
        const followed = (await this.#follow(index.keys, current, deadline)).take();
        if (isErr(followed)) return followed;
      }
      const next = (await this.#stream.info(deadline)).take();
      if (isErr(next)) return next;
      current = next;
    }
    return await this.#rebuild(current, deadline);
  }

  async #follow(
    keys: KeyIndex,
    { lastSequence }: StreamInfo,
    deadline: number,
  ): Promise<Result<void, KVError>> {
    const start = { kind: "from" as const, sequence: keys.newest + 1 };
    const followed = (await scan(this.#stream, ALL_KEYS, start, deadline, {
      // A message that comes twice changes nothing.
      restart: () => undefined,
      message: ({ key, sequence, deleted }) => keys.apply(key, sequence, deleted),
    })).take();
    if (isErr(followed)) return followed;
    keys.reached(lastSequence);
    return ok();
  }

  async #rebuild(info: StreamInfo, deadline: number): Promise<Result<KeyIndex, KVError>> {
    const scanned = (await this.#scan(ALL_KEYS, { kind: "last" }, deadline)).take();
    if (isErr(scanned)) return scanned;
    scanned.reached(info.lastSequence);
    this.#index = { created: info.created, keys: scanned };
    return ok(scanned);
  }

  #rememberWide(filter: string): void {
    if (this.#wide.size >= MAX_WIDE_FILTERS) this.#wide.clear();
    this.#wide.add(filter);
  }
}

function isLittle(keys: number, { bytes, messages }: StreamInfo): boolean {
  return keys <= FEW_KEYS && keys * (bytes / Math.max(messages, 1)) <= FEW_BYTES;
}

/**
 * True when the index has no key that the bucket has not. The bucket may be ahead by a few sequences
 * by now, each of which can have added one key at most.
 */
function agrees(keys: KeyIndex, { subjectCount, lastSequence }: StreamInfo): boolean {
  const ahead = Math.max(0, lastSequence - keys.newest);
  return keys.size <= subjectCount && keys.size >= subjectCount - ahead;
}
