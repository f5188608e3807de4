/**
 * Makes room in a store that has reached its size, by removing what no key leads to any more. What the
 * collector does from time to time is done at once here, for a writer that waits for it.
 *
 * @module
 */
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { readObjectDescription } from "../../../contracts/stored/object_description.ts";
import {
  chunkSubject,
  metaSubject,
  objectOfSubject,
  objectStream,
  STORE_RETIRED_IN_NEED_MS,
} from "../../../contracts/stored/store_names.ts";
import { parseStoreRecord } from "../../../contracts/stored/store_record.ts";
import { isRecord } from "../../../contracts/json/json.ts";
import type { ApiFailure } from "../../nats/jetstream/api_answer.ts";
import { PushDelivery } from "../../nats/jetstream/push_delivery.ts";
import type { ObjectStream } from "./object_stream.ts";

/** An object that no key leads to any more, as its writer has noted. */
interface RetiredObject {
  readonly object: string;
  /** The key that led to it, as the index writes it. */
  readonly key: string | undefined;
  /** Since when, in milliseconds since 1970 by the server's clock. */
  readonly since: number;
  readonly bytes: number;
}

/** What could be done. */
export interface Room {
  /** Bytes that were made free, at least. */
  readonly freed: number;
  /** Milliseconds until more can be made free; undefined: there is no more. */
  readonly laterMs: number | undefined;
}

/** What is under way; writers that meet share it. */
const running = new WeakMap<ObjectStream, Promise<Result<Room, ApiFailure>>>();

/**
 * Removes retired objects, the oldest first, until so many bytes are free. An object that is being read,
 * or that a reader may have asked for a moment ago, is left.
 */
export function makeRoom(
  stream: ObjectStream,
  needed: number,
  deadline: number,
): Promise<Result<Room, ApiFailure>> {
  const current = running.get(stream);
  if (current !== undefined) return current;
  const work = removeRetired(stream, needed, deadline).finally(() => running.delete(stream));
  running.set(stream, work);
  return work;
}

async function removeRetired(
  stream: ObjectStream,
  needed: number,
  deadline: number,
): Promise<Result<Room, ApiFailure>> {
  const retired = (await retiredObjects(stream, deadline)).take();
  if (isErr(retired)) return retired;
  if (retired.length === 0) return ok({ freed: 0, laterMs: undefined });
  const [info, index, reading] = await Promise.all([
    stream.api.info(deadline),
    stream.index.api.info(deadline),
    subjectsInReading(stream, deadline),
  ]);
  if (info.isErr()) return err(info.error);
  if (index.isErr()) return err(index.error);
  const read = reading.take();
  if (isErr(read)) return read;
  const { at } = info.orThrow();
  const indexSince = Date.parse(index.orThrow().created);
  let freed = 0;
  let laterMs: number | undefined;
  for (const retirement of retired.sort((a, b) => a.since - b.since)) {
    if (freed >= needed) break;
    const { object, since, bytes } = retirement;
    // What is older than the index may be named by an earlier index, which may still be restored.
    if (since < indexSince) continue;
    if (read.has(chunkSubject(stream.store, object))) {
      laterMs ??= STORE_RETIRED_IN_NEED_MS;
      continue;
    }
    const wait = since + STORE_RETIRED_IN_NEED_MS - at;
    if (wait > 0) {
      laterMs = Math.min(laterMs ?? wait, wait);
      continue;
    }
    if (!await isUnused(stream, retirement, deadline)) continue;
    const removed = await removeObject(stream, object, deadline);
    if (removed.isErr()) return err(removed.error);
    freed += bytes;
  }
  return ok({ freed, laterMs: freed >= needed ? undefined : laterMs });
}

/** Removes an object that no key leads to at once, unless it is being read. */
export async function removeUnread(
  stream: ObjectStream,
  object: string,
  deadline: number,
): Promise<void> {
  const read = (await subjectsInReading(stream, deadline)).take();
  if (isErr(read) || read.has(chunkSubject(stream.store, object))) return;
  // What is left after a failure is the collector's.
  await removeObject(stream, object, deadline);
}

/** Removes what there is of an object, its description first. */
async function removeObject(
  stream: ObjectStream,
  object: string,
  deadline: number,
): Promise<Result<unknown, ApiFailure>> {
  const { api, store } = stream;
  const purge = (filter: string) =>
    api.ask(`$JS.API.STREAM.PURGE.${api.name}`, JSON.stringify({ filter }), deadline);
  const described = await purge(metaSubject(store, object));
  return described.isErr() ? described : await purge(chunkSubject(store, object));
}

/** Looks once more whether the key leads to the object, whatever its description says. */
async function isUnused(
  { index }: ObjectStream,
  { key, object }: RetiredObject,
  deadline: number,
): Promise<boolean> {
  if (key === undefined) return true;
  const found = (await index.revision({ last: key }, deadline)).take();
  if (isErr(found)) return false;
  return found === undefined || found.deleted || parseStoreRecord(found.bytes)?.object !== object;
}

async function retiredObjects(
  { api, store }: ObjectStream,
  deadline: number,
): Promise<Result<RetiredObject[], ApiFailure>> {
  const retired: RetiredObject[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const options = { filter: `$O.${store}.M.*`, from: undefined, headersOnly: false };
  const delivery = new PushDelivery(api, options, {
    message: ({ subject, writtenAt, data, pending }) => {
      const object = objectOfSubject(store, subject);
      const description = readObjectDescription(new TextDecoder().decode(data));
      if (object !== undefined && description?.replaced === true) {
        const { key, bytes } = description;
        retired.push({ object, key, since: writtenAt, bytes });
      }
      if (pending === 0) resolve();
    },
    flow: (proceed) => proceed(),
    idle: resolve,
    // What was found so far is enough to begin with.
    broken: () => resolve(),
  });
  const pending = (await delivery.start(deadline)).take();
  if (isErr(pending)) return pending;
  if (pending === 0) resolve();
  const timer = setTimeout(resolve, Math.max(0, deadline - performance.now()));
  await promise;
  clearTimeout(timer);
  delivery.stop();
  return ok(retired);
}

/** The subjects that are being delivered to a reader: each has a consumer of its own. */
async function subjectsInReading(
  { api, store }: ObjectStream,
  deadline: number,
): Promise<Result<ReadonlySet<string>, ApiFailure>> {
  const subjects = new Set<string>();
  for (let offset = 0;;) {
    const body = JSON.stringify({ offset });
    const page = (await api.ask(`$JS.API.CONSUMER.LIST.${objectStream(store)}`, body, deadline))
      .take();
    if (isErr(page)) return page;
    const consumers = Array.isArray(page.consumers) ? page.consumers : [];
    for (const consumer of consumers) {
      const config = isRecord(consumer) && isRecord(consumer.config) ? consumer.config : {};
      if (typeof config.filter_subject === "string") subjects.add(config.filter_subject);
    }
    offset += consumers.length;
    if (consumers.length === 0 || offset >= Number(page.total)) return ok(subjects);
  }
}
