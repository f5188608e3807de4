import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { LiveKeys, StoredRevision } from "../kv_bucket.ts";
import { ALL_KEYS } from "../key.ts";
import { KeyIndex } from "../key_index.ts";
import type { KVError } from "../kv_error.ts";
import type { BucketInfo, BucketStream } from "./bucket_stream.ts";
import { scan, type ScannedRevision } from "./scan.ts";
import type { BucketRevision } from "./stored_revision.ts";

/** Up to so many keys are read one by one, with their values; it takes no consumer. */
const FEW_KEYS = 256;
/** As long as their values are not expected to exceed so many bytes together. */
const FEW_BYTES = 1 << 20;
/** A filter that passes less than this part of a bucket's keys is not worth an index. */
const NARROW_SHARE = 0.25;
/** Buckets with more keys are scanned each time; an index takes about 150 bytes a key. */
const MAX_INDEXED_KEYS = 1_000_000;
/** More changes than this part of the index are not followed; it is made again. */
const FOLLOWED_SHARE = 0.25;
/** How often an index runs after a bucket that is being written before it is made again. */
const MAX_ROUNDS = 12;
/** Filters that are remembered as wide. */
const MAX_WIDE_FILTERS = 64;
/** A bucket that is scanned so often for a part of it gets an index. */
const SCANS_BEFORE_INDEX = 2;
/** Milliseconds for an index that is made in the background. */
const INDEX_TIMEOUT_MS = 30_000;

/** A bucket's state; `named` when it names the keys that pass the filter. */
interface Bounds {
  readonly named: boolean;
  readonly info: BucketInfo;
}

type Read = (key: string, deadline: number) => Promise<Result<BucketRevision | undefined, KVError>>;

/**
 * Finds the keys of a bucket that hold a value. The server can count keys and can name them, but
 * deleted keys are among them: only a revision itself says that it is a deletion.
 *
 * Few keys are read from the leader, all at once. Many are scanned without their values. A wide
 * part of a large bucket is answered from an index, which follows the bucket's changes and is compared
 * with the bucket's own counts at every use; once it is there, it answers for narrow parts as well.
 */
export class KvListing {
  readonly #stream: BucketStream;
  readonly #read: Read;
  readonly #wide = new Set<string>();
  #index: { readonly created: string; readonly keys: KeyIndex } | undefined;
  /** Refreshes follow one another. */
  #refreshing: Promise<unknown> = Promise.resolve();
  /** Scans for a part of the bucket since it had no index. */
  #scans = 0;

  /** @param read reads the newest revision of a key from the leader */
  constructor(stream: BucketStream, read: Read) {
    this.#stream = stream;
    this.#read = read;
  }

  /** The keys that pass the filter and hold a value; see `KvBucket.live`. */
  async live(filter: string, timeoutMs: number): Promise<Result<LiveKeys, KVError>> {
    const deadline = performance.now() + timeoutMs;
    const bounds = (await this.#bounds(filter, deadline)).take();
    if (isErr(bounds)) return bounds;
    const { named, info } = bounds;
    const read = (key: string) => this.#read(key, performance.now() + timeoutMs);
    if (named && isLittle(info.matching, info)) {
      return await this.#readAll(info.keys, deadline, read);
    }
    const keys = (await this.#many(filter, bounds, deadline)).take();
    return isErr(keys) ? keys : ok({ keys, read });
  }

  async #bounds(filter: string, deadline: number): Promise<Result<Bounds, KVError>> {
    const wide = filter === ALL_KEYS || this.#wide.has(filter);
    if (wide || this.#index !== undefined) {
      const info = (await this.#stream.info(deadline)).take();
      if (isErr(info)) return info;
      const large = !isLittle(info.subjectCount, info);
      if (large && (wide || this.#isClose(info))) return ok({ named: false, info });
    }
    return (await this.#stream.info(deadline, filter)).map((info) => ({ named: true, info }));
  }

  /** True when the index is that of this bucket and only a few changes behind. */
  #isClose({ created, lastSequence }: BucketInfo): boolean {
    const index = this.#index;
    return index?.created === created && lastSequence - index.keys.newest <= FEW_KEYS;
  }

  async #readAll(
    candidates: readonly string[],
    deadline: number,
    read: LiveKeys["read"],
  ): Promise<Result<LiveKeys, KVError>> {
    const found = new Map<string, StoredRevision>();
    for (const answer of await Promise.all(candidates.map((key) => this.#read(key, deadline)))) {
      const stored = answer.take();
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
    bounds: Bounds,
    deadline: number,
  ): Promise<Result<readonly string[], KVError>> {
    const { info } = bounds;
    const indexed = !info.canLoseNewest && info.subjectCount <= MAX_INDEXED_KEYS;
    if (bounds.named && isNarrow(info)) {
      if (indexed) this.#noteScan(info);
      return await this.#narrow(filter, info, deadline);
    }
    if (bounds.named) this.#rememberWide(filter);
    const keys =
      (indexed ? await this.#refreshed(info, deadline) : await this.#scanAll(info, deadline))
        .take();
    return isErr(keys) ? keys : ok(keys.select(filter));
  }

  /** A small part of the bucket, whose keys are named in `info`. */
  async #narrow(
    filter: string,
    info: BucketInfo,
    deadline: number,
  ): Promise<Result<readonly string[], KVError>> {
    const found = new KeyIndex();
    const scanned = (await scan(this.#stream, { filter }, deadline, applyTo(found)))
      .take();
    if (isErr(scanned)) return scanned;
    const complete = (await this.#complete(found, info.keys, deadline)).take();
    return isErr(complete) ? complete : ok(found.select(ALL_KEYS));
  }

  /** The whole bucket. */
  async #scanAll(info: BucketInfo, deadline: number): Promise<Result<KeyIndex, KVError>> {
    const found = new KeyIndex();
    const apply = applyTo(found);
    let before = 0;
    const scanned = (await scan(this.#stream, { filter: ALL_KEYS }, deadline, (revision) => {
      if (revision.sequence <= info.lastSequence && !found.has(revision.key)) before++;
      apply(revision);
    })).take();
    if (isErr(scanned)) return scanned;
    found.reached(info.lastSequence);
    // As many as there were before the scan: none was overwritten meanwhile and missed.
    if (before >= info.subjectCount) return ok(found);
    const names = (await this.#stream.keys(deadline, ALL_KEYS)).take();
    if (isErr(names)) return names;
    const complete = (await this.#complete(found, names, deadline)).take();
    return isErr(complete) ? complete : ok(found);
  }

  /** Reads the keys that a scan has missed because they were overwritten while it ran. */
  async #complete(
    found: KeyIndex,
    names: readonly string[],
    deadline: number,
  ): Promise<Result<void, KVError>> {
    const missed = names.filter((name) => !found.has(name));
    for (let i = 0; i < missed.length; i += FEW_KEYS) {
      const reads = missed.slice(i, i + FEW_KEYS).map((key) => this.#read(key, deadline));
      const end = (await this.#apply(found, reads)).take();
      if (isErr(end)) return end;
    }
    return ok();
  }

  #refreshed(info: BucketInfo, deadline: number): Promise<Result<KeyIndex, KVError>> {
    const refreshed = this.#refreshing.then(() => this.#refresh(info, deadline));
    this.#refreshing = refreshed.catch(() => undefined);
    return refreshed;
  }

  /**
   * Brings the index to a state that the bucket had after the question was asked. In each round the
   * changes up to the bucket's end are read. When all of them are still there, the index is what the bucket
   * was at that moment; otherwise keys have been overwritten meanwhile, and the next round has them.
   */
  async #refresh(info: BucketInfo, deadline: number): Promise<Result<KeyIndex, KVError>> {
    let current = info;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const index = this.#index;
      if (index === undefined || index.created !== current.created) break;
      const missing = current.lastSequence - index.keys.newest;
      if (missing > mostFollowed(index.keys)) break;
      const exact = missing < 0
        ? false
        : (await this.#follow(index.keys, current, missing, deadline)).take();
      if (isErr(exact)) return exact;
      if (exact) {
        if (agrees(index.keys, current)) return ok(index.keys);
        break;
      }
      const next = (await this.#stream.info(deadline)).take();
      if (isErr(next)) return next;
      current = next;
    }
    const scanned = (await this.#scanAll(current, deadline)).take();
    if (isErr(scanned)) return scanned;
    this.#index = { created: current.created, keys: scanned };
    return ok(scanned);
  }

  /** Reads the changes up to the bucket's end; true when all were still there. */
  async #follow(
    keys: KeyIndex,
    info: BucketInfo,
    missing: number,
    deadline: number,
  ): Promise<Result<boolean, KVError>> {
    const from = keys.newest + 1;
    let found: number | undefined;
    if (isLittle(missing, info)) {
      const reads = Array.from(
        { length: missing },
        (_, i) => this.#stream.revision({ at: from + i }, deadline),
      );
      const applied = (await this.#apply(keys, reads)).take();
      if (isErr(applied)) return applied;
      found = applied;
    } else {
      const range = { from, to: info.lastSequence };
      const end = (await scan(this.#stream, range, deadline, applyTo(keys))).take();
      if (isErr(end)) return end;
    }
    keys.reached(info.lastSequence);
    return ok(found === missing);
  }

  /** Applies what is read and answers how many revisions there were. */
  async #apply(
    keys: KeyIndex,
    reads: readonly Promise<Result<BucketRevision | undefined, KVError>>[],
  ): Promise<Result<number, KVError>> {
    let found = 0;
    for (const read of await Promise.all(reads)) {
      const revision = read.take();
      if (isErr(revision)) return revision;
      if (revision === undefined) continue;
      found++;
      // An event that waits in the bucket.
      if (revision.key === "") continue;
      keys.apply(revision.key, revision.sequence, revision.deleted);
    }
    return ok(found);
  }

  /** Parts that are asked for again and again are cheaper from an index. */
  #noteScan(info: BucketInfo): void {
    if (++this.#scans !== SCANS_BEFORE_INDEX) return;
    this.#refreshed(info, performance.now() + INDEX_TIMEOUT_MS)
      .catch(() => undefined).finally(() => this.#scans = 0);
  }

  #rememberWide(filter: string): void {
    if (this.#wide.size >= MAX_WIDE_FILTERS) this.#wide.clear();
    this.#wide.add(filter);
  }
}

function applyTo(keys: KeyIndex): (revision: ScannedRevision) => void {
  return ({ key, sequence, deleted }) => keys.apply(key, sequence, deleted);
}

/** True when all matching keys are named, and they are a small part of the bucket. */
function isNarrow({ keys, matching, subjectCount }: BucketInfo): boolean {
  return keys.length === matching && matching < subjectCount * NARROW_SHARE;
}

function isLittle(keys: number, { bytes, messages }: BucketInfo): boolean {
  return keys <= FEW_KEYS && keys * (bytes / Math.max(messages, 1)) <= FEW_BYTES;
}

/** True when the index has as many keys as the bucket, after those that have expired are dropped. */
function agrees(keys: KeyIndex, { subjectCount, firstSequence }: BucketInfo): boolean {
  if (keys.size > subjectCount) keys.dropBefore(firstSequence);
  return keys.size === subjectCount;
}

/** So many changes are followed; with more, the index is made again. */
function mostFollowed(keys: KeyIndex): number {
  return Math.max(FEW_KEYS, keys.size * FOLLOWED_SHARE);
}
