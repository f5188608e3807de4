import type { JetStreamManager } from "@nats-io/jetstream";
import { err, ok, type Result } from "../../../contracts/result.ts";
import {
  chunkSubject,
  indexStream,
  indexSubjectPrefix,
  objectOfSubject,
  objectStream,
  STORE_ORPHAN_MS,
  STORE_RETIRED_MS,
} from "../../../contracts/stored/store_names.ts";
import { parseStoreRecord } from "../../../contracts/stored/store_record.ts";
import type { BucketFailure } from "../../resources/buckets.ts";
import { bucketFailure } from "../buckets/jetstream_failure.ts";
import { newestMessages } from "./newest_messages.ts";
import { orphanOf, removeObject } from "./orphan.ts";

/** Objects whose names are in memory at once. */
const CANDIDATES = 50_000;
/** Objects that are examined at once. */
const PARALLEL = 8;

/** Which objects are collected. */
export interface CollectOptions {
  /** Of a connection that may manage streams. */
  readonly manager: JetStreamManager;
  /** Physical name of the store. */
  readonly name: string;
  /**
   * Milliseconds that an object must have been out of use; an hour unless given. With less, objects are
   * removed that are being written or read.
   */
  readonly olderThanMs?: number;
  /** The same for what was replaced or deleted and is not being read; a minute unless given. */
  readonly retiredMs?: number;
  /** Ends it between two objects. */
  readonly signal?: AbortSignal;
}

/** What a collection has done. */
export interface Collected {
  /** Objects that were removed, unfinished ones included. */
  readonly removed: number;
  /** Their bytes; of unfinished ones about so many. */
  readonly bytes: number;
}

/**
 * Removes the objects of a store that no key leads to: replaced and deleted ones, and what writers left
 * that died. It may run at any time and as often as one likes, several times at once too.
 *
 * What its writer has noted as replaced or deleted goes soon, unless it is being read. All else goes
 * when nothing was written of it for long: its writers have given up, so that the index, which is read
 * afterwards, will not lead to it later. Before an object is removed, the entry of its own key is read
 * once more, from the leader.
 */
export async function collectOrphans(
  options: CollectOptions,
): Promise<Result<Collected, BucketFailure>> {
  const { manager, name, olderThanMs = STORE_ORPHAN_MS, signal } = options;
  const { retiredMs = Math.min(olderThanMs, STORE_RETIRED_MS) } = options;
  const collected = { removed: 0, bytes: 0 };
  try {
    const now = await serverTime(manager, name);
    const quiet = now - Math.min(olderThanMs, retiredMs);
    // What is older than the index may be named by an earlier index, which may still be restored.
    const after = Date.parse(String((await manager.streams.info(indexStream(name))).created));
    for await (const objects of quietObjects(options, after, quiet)) {
      await dropReferenced(options, objects);
      const read = objects.size === 0 ? new Set<string>() : await subjectsInReading(manager, name);
      await inParallel(objects, async (object) => {
        if (signal?.aborted) return;
        const orphan = await orphanOf(manager, name, object);
        if (orphan === undefined) return;
        const isFree = orphan.replaced && !read.has(chunkSubject(name, object));
        if (orphan.since > now - (isFree ? retiredMs : olderThanMs)) return;
        const chunks = await removeObject(manager, name, object);
        collected.removed++;
        collected.bytes += orphan.bytes ?? chunks * orphan.chunkBytes;
      });
      if (signal?.aborted) break;
    }
    return ok(collected);
  } catch (error) {
    return err(bucketFailure(error, `collect the unused objects of the store ${name}`));
  }
}

/** The subjects that are being delivered to a reader: each has a consumer of its own. */
async function subjectsInReading(
  manager: JetStreamManager,
  name: string,
): Promise<ReadonlySet<string>> {
  const subjects = new Set<string>();
  for await (const { config } of manager.consumers.list(objectStream(name))) {
    if (config.filter_subject !== undefined) subjects.add(config.filter_subject);
  }
  return subjects;
}

/** Objects of which something was written after a time and nothing since another, many at once. */
async function* quietObjects(
  { manager, name, signal }: CollectOptions,
  after: number,
  before: number,
): AsyncGenerator<Set<string>> {
  let quiet = new Set<string>();
  const filters = [`$O.${name}.C.*`, `$O.${name}.M.*`];
  const newest = { stream: objectStream(name), filters, headersOnly: true };
  for await (const message of newestMessages(manager, newest)) {
    if (signal?.aborted) return;
    const object = objectOfSubject(name, message.subject);
    const time = message.time.getTime();
    if (object === undefined || time > before || time < after) continue;
    quiet.add(object);
    if (quiet.size < CANDIDATES) continue;
    yield quiet;
    quiet = new Set();
  }
  if (quiet.size > 0) yield quiet;
}

/** Takes away what the index leads to. */
async function dropReferenced(
  { manager, name, signal }: CollectOptions,
  objects: Set<string>,
): Promise<void> {
  const filters = [`${indexSubjectPrefix(name)}>`];
  const newest = { stream: indexStream(name), filters, headersOnly: false };
  for await (const message of newestMessages(manager, newest)) {
    if (signal?.aborted || objects.size === 0) return;
    const record = parseStoreRecord(message.data);
    if (record !== undefined) objects.delete(record.object);
  }
}

async function inParallel(
  items: Iterable<string>,
  work: (item: string) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  const workers = Array.from({ length: PARALLEL }, async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  });
  await Promise.all(workers);
}

/** The server's clock: ages are compared with its times alone. */
async function serverTime(manager: JetStreamManager, name: string): Promise<number> {
  const info: object = await manager.streams.info(objectStream(name));
  const time = "ts" in info && typeof info.ts === "string" ? Date.parse(info.ts) : NaN;
  return Number.isNaN(time) ? Date.now() : time;
}
