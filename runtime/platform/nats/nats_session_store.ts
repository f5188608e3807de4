import { newerFormat } from "../../../contracts/json/newer_format.ts";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/nats-core";
import { sessionOf } from "../../../contracts/identity/caller.ts";
import {
  parseSessionRecord,
  type SessionRecord,
  SESSIONS_BUCKET,
} from "../../../contracts/stored/session_record.ts";
import { readJson } from "../../../contracts/json/json.ts";
import { latestEntries, type LatestEntry } from "../../nats/buckets/latest_entries.ts";
import { isLostRace } from "../../nats/jetstream/library_api_code.ts";
import { openOwnBucket } from "../../nats/jetstream/own_bucket.ts";
import type { SessionStore } from "../session_store.ts";

/** Earlier versions of a record that are kept: who was let in, and when that ended. */
const HISTORY = 5;
const MAX_VALUE_BYTES = 8 * 1024;

interface StoredSession {
  readonly record: SessionRecord;
  readonly revision: number;
}

/** Sessions in a KV bucket. */
export class NatsSessionStore implements SessionStore {
  readonly #kv: KV;
  readonly #connection: NatsConnection;

  private constructor(kv: KV, connection: NatsConnection) {
    this.#kv = kv;
    this.#connection = connection;
  }

  /** Opens the bucket, and makes it where it is not there. The connection must be allowed to. */
  static async open(connection: NatsConnection): Promise<NatsSessionStore> {
    const kv = await openOwnBucket(connection, SESSIONS_BUCKET, {
      history: HISTORY,
      maxValueSize: MAX_VALUE_BYTES,
      description: "Trellis sessions",
      // A direct read may answer an older record, and let in who was revoked.
      allow_direct: false,
    });
    return new NatsSessionStore(kv, connection);
  }

  /** The latest record. */
  async get(session: string): Promise<SessionRecord | undefined> {
    return (await this.#read(session))?.record;
  }

  async #read(session: string): Promise<StoredSession | undefined> {
    const entry = await this.#kv.get(session);
    if (entry === null || entry.operation !== "PUT") return undefined;
    const record = readSession(entry);
    if (record === undefined) throw new TypeError(`the record of session ${session} is damaged`);
    return { record, revision: entry.revision };
  }

  /** Changes a record. */
  async update(
    session: string,
    change: (record: SessionRecord) => SessionRecord | undefined,
  ): Promise<SessionRecord | undefined> {
    for (;;) {
      const stored = await this.#read(session);
      if (stored === undefined) return undefined;
      const changed = change(stored.record);
      if (changed === undefined) return stored.record;
      try {
        await this.#kv.update(session, JSON.stringify(changed), stored.revision);
        return changed;
      } catch (cause) {
        if (!isLostRace(cause)) throw cause;
      }
    }
  }

  /**
   * All records that can be read.
   *
   * @param most of more it is not known which are read
   */
  async list(most = Infinity): Promise<readonly SessionRecord[]> {
    const records = new Map<string, SessionRecord>();
    for await (const record of this.records(most)) records.set(record.publicKey, record);
    return [...records.values()];
  }

  /** All records that can be read, some hundred at once. */
  async *records(most = Infinity): AsyncIterable<SessionRecord> {
    for await (const entry of latestEntries(this.#connection, SESSIONS_BUCKET, most)) {
      const record = readSession(entry);
      // A damaged one lets nobody in.
      if (record !== undefined) yield record;
    }
  }

  /** Writes a record where there is none. */
  async create(record: SessionRecord): Promise<boolean> {
    try {
      await this.#kv.create(sessionOf(record.publicKey), JSON.stringify(record));
      return true;
    } catch (cause) {
      if (isLostRace(cause)) return false;
      throw cause;
    }
  }

  /** Writes a record. */
  async put(record: SessionRecord): Promise<void> {
    await this.#kv.put(sessionOf(record.publicKey), JSON.stringify(record));
  }

  /** Removes a record if it is meant. */
  async removeIf(session: string, isMeant: (record: SessionRecord) => boolean): Promise<void> {
    for (;;) {
      const stored = await this.#read(session);
      if (stored === undefined || !isMeant(stored.record)) return;
      try {
        return await this.#kv.delete(session, { previousSeq: stored.revision });
      } catch (cause) {
        if (!isLostRace(cause)) throw cause;
      }
    }
  }

  /** Removes a record. */
  async remove(session: string): Promise<void> {
    await this.#kv.delete(session);
  }
}

/** The record that an entry holds; undefined where it is damaged. Throws where a newer Trellis has written it. */
function readSession(entry: LatestEntry): SessionRecord | undefined {
  const stored = readJson(entry.string());
  const newer = newerFormat(stored, "trellis.session.v1");
  if (newer === undefined) return parseSessionRecord(stored);
  throw new Error(`a newer Trellis has written ${newer} for session ${entry.key}: update this one`);
}
