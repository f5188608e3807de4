import { jetstream } from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/nats-core";
import { sessionOf } from "../../../contracts/identity/caller.ts";
import {
  parseSessionRecord,
  type SessionRecord,
  SESSIONS_BUCKET,
} from "../../../contracts/stored/session_record.ts";
import type { SessionStore } from "../session_store.ts";

/** Earlier versions of a record that are kept: who was let in, and when that ended. */
const HISTORY = 5;
const MAX_VALUE_BYTES = 8 * 1024;

/** Sessions in a KV bucket. */
export class NatsSessionStore implements SessionStore {
  readonly #kv: KV;

  private constructor(kv: KV) {
    this.#kv = kv;
  }

  /** Opens the bucket, and makes it where it is not there. The connection must be allowed to. */
  static async open(connection: NatsConnection): Promise<NatsSessionStore> {
    const kvm = new Kvm(jetstream(connection));
    const kv = await kvm.create(SESSIONS_BUCKET, {
      history: HISTORY,
      maxValueSize: MAX_VALUE_BYTES,
      description: "Trellis sessions",
      // A direct read may answer an older record, and let in who was revoked.
      allow_direct: false,
    });
    return new NatsSessionStore(kv);
  }

  /** The latest record. */
  async get(session: string): Promise<SessionRecord | undefined> {
    const entry = await this.#kv.get(session);
    if (entry === null || entry.operation !== "PUT") return undefined;
    const record = parseSessionRecord(entry.json());
    if (record === undefined) throw new TypeError(`the record of session ${session} is damaged`);
    return record;
  }

  /** Writes a record. */
  async put(record: SessionRecord): Promise<void> {
    await this.#kv.put(sessionOf(record.publicKey), JSON.stringify(record));
  }

  /** Removes a record. */
  async remove(session: string): Promise<void> {
    await this.#kv.delete(session);
  }
}
