import type { JetStreamManager, StoredMsg } from "@nats-io/jetstream";
import { readObjectDescription } from "../../../contracts/stored/object_description.ts";
import {
  chunkSubject,
  indexStream,
  indexSubjectPrefix,
  metaSubject,
  objectStream,
} from "../../../contracts/stored/store_names.ts";
import { parseStoreRecord } from "../../../contracts/stored/store_record.ts";
import { isDeletionMarker } from "../../../runtime/nats/jetstream/deletion_marker.ts";
import { API_CODE } from "../../../runtime/nats/jetstream/api_code.ts";
import { apiCode } from "../../../runtime/nats/jetstream/library_api_code.ts";

/** An object that no key leads to. */
export interface Orphan {
  /** Since when it is out of use, at the earliest; by the server's clock. */
  readonly since: number;
  /** True when its writer has noted that no key leads to it any more, which never changes again. */
  readonly replaced: boolean;
  /** Bytes of its body; undefined when it was never finished. */
  readonly bytes: number | undefined;
  /** Bytes of its newest chunk. */
  readonly chunkBytes: number;
}

/**
 * What is known of an object for which no entry of the index was found. Undefined when its key leads to
 * it after all, when that is not known, or when it is gone.
 */
export async function orphanOf(
  manager: JetStreamManager,
  store: string,
  object: string,
): Promise<Orphan | undefined> {
  const [meta, chunk] = await Promise.all([
    lastMessage(manager, objectStream(store), metaSubject(store, object)),
    lastMessage(manager, objectStream(store), chunkSubject(store, object)),
  ]);
  const newest = [meta, chunk].filter((message) => message !== undefined).map(timeOf);
  if (newest.length === 0) return undefined;
  const since = Math.max(...newest);
  const chunkBytes = chunk?.data.length ?? 0;
  const description = meta === undefined ? undefined : readObjectDescription(meta.string());
  // Without a description it was never finished, and no key is led to what is not finished.
  if (description === undefined) return { since, replaced: false, bytes: undefined, chunkBytes };
  const { key, replaced, bytes } = description;
  if (key === undefined) return { since, replaced, bytes, chunkBytes };
  const subject = `${indexSubjectPrefix(store)}${key}`;
  const entry = await lastMessage(manager, indexStream(store), subject);
  if (entry === undefined) return { since, replaced, bytes, chunkBytes };
  if (!isDeletion(entry)) {
    const record = parseStoreRecord(entry.data);
    if (record === undefined || record.object === object) return undefined;
  }
  // Its writer may have died before it noted that: it was in use until the entry changed.
  const unused = replaced ? since : Math.max(since, timeOf(entry));
  return { since: unused, replaced, bytes, chunkBytes };
}

/** Removes what there is of an object, and answers how many chunks there were. */
export async function removeObject(
  manager: JetStreamManager,
  store: string,
  object: string,
): Promise<number> {
  const stream = objectStream(store);
  // Described and without chunks it would look like an object; chunks alone look like nothing.
  await manager.streams.purge(stream, { filter: metaSubject(store, object) });
  return (await manager.streams.purge(stream, { filter: chunkSubject(store, object) })).purged;
}

/** True for an entry that says that its key holds nothing. */
function isDeletion({ header }: Pick<StoredMsg, "header">): boolean {
  return isDeletionMarker((name) => header?.get(name));
}

async function lastMessage(
  manager: JetStreamManager,
  stream: string,
  subject: string,
): Promise<StoredMsg | undefined> {
  try {
    return await manager.streams.getMessage(stream, { last_by_subj: subject }) ?? undefined;
  } catch (error) {
    if (apiCode(error) === API_CODE.noMessage) return undefined;
    throw error;
  }
}

function timeOf(message: StoredMsg): number {
  return message.time.getTime();
}
