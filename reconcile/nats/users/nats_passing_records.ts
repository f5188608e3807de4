import { jetstreamManager } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/nats-core";
import { ATTEMPTS_NAME, LOGINS_NAME } from "../../../contracts/stored/own_streams.ts";
import { ok, type Result } from "../../../contracts/result.ts";
import { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import { apiErrorKind } from "../../../runtime/nats/jetstream/api_code.ts";
import { apiCode } from "../../../runtime/nats/jetstream/library_api_code.ts";
import { openOwnBucket } from "../../../runtime/nats/jetstream/own_bucket.ts";
import type { AuthorityError } from "../../records/authority_error.ts";
import type { PassingRecord, PassingRecords, PassingWrite } from "../../users/passing_records.ts";
import { putIfUnchanged } from "../records/put_if_unchanged.ts";
import { attempt } from "../records/stored_message.ts";

/** A bucket of records that pass. */
interface PassingBucket {
  readonly name: string;
  /** What it holds, in words. */
  readonly what: string;
  readonly ttlMs: number;
  readonly maxBytes: number;
  readonly maxValueBytes: number;
}

/** Logins that are under way: a link is good for as long. */
export const LOGINS_BUCKET: PassingBucket = {
  name: LOGINS_NAME,
  what: "logins",
  ttlMs: 10 * 60_000,
  maxBytes: 64 * 1024 * 1024,
  // A contract is part of one.
  maxValueBytes: 256 * 1024,
};

/** Attempts to log in that have not succeeded: they are forgotten when nothing was tried for as long. */
export const ATTEMPTS_BUCKET: PassingBucket = {
  name: ATTEMPTS_NAME,
  what: "attempts to log in",
  ttlMs: 60 * 60_000,
  maxBytes: 64 * 1024 * 1024,
  maxValueBytes: 1024,
};

/** Records that pass, in a KV bucket, which is made when it is used for the first time. */
export class NatsPassingRecords implements PassingRecords {
  readonly #connection: NatsConnection;
  readonly #bucket: PassingBucket;
  readonly #link: ConnectionGate;
  #kv: Promise<KV> | undefined;

  /** @param connection may do everything with the bucket */
  constructor(connection: NatsConnection, bucket: PassingBucket) {
    this.#connection = connection;
    this.#bucket = bucket;
    this.#link = new ConnectionGate(connection);
  }

  /** The latest record. */
  read(key: string): Promise<Result<PassingRecord | undefined, AuthorityError>> {
    return this.#attempt("read", async (kv) => {
      const entry = await kv.get(key);
      return entry?.operation === "PUT"
        ? { text: entry.string(), revision: entry.revision }
        : undefined;
    });
  }

  /** Writes a record that still has a revision. */
  write(
    key: string,
    text: string,
    revision: number | undefined,
  ): Promise<Result<PassingWrite, AuthorityError>> {
    return this.#attempt("write", async (kv) => {
      try {
        return await putIfUnchanged(kv, key, text, revision) ? "written" : "outdated";
      } catch (error) {
        const code = apiCode(error);
        if (code !== undefined && apiErrorKind(code) === "stream_full") return "full";
        throw error;
      }
    });
  }

  /** Waits for another revision of a record. */
  changed(
    key: string,
    revision: number,
    withinMs: number,
  ): Promise<Result<void, AuthorityError>> {
    return this.#attempt("watch", async (kv) => {
      // It begins with the record as it is.
      const entries = await kv.watch({ key });
      const timer = setTimeout(() => entries.stop(), withinMs);
      try {
        for await (const entry of entries) if (entry.revision !== revision) break;
      } finally {
        clearTimeout(timer);
        entries.stop();
      }
    });
  }

  /** Removes a record. */
  remove(key: string): Promise<Result<void, AuthorityError>> {
    return this.#attempt("remove", (kv) => kv.purge(key));
  }

  /** How many keys there are below another one, and how full the bucket is. */
  room(
    key: string,
  ): Promise<Result<{ readonly count: number; readonly used: number }, AuthorityError>> {
    const { name, maxBytes } = this.#bucket;
    return this.#attempt("count", async () => {
      const { streams } = await jetstreamManager(this.#connection, { checkAPI: false });
      const filter = { subjects_filter: `$KV.${name}.${key}.>` };
      const { state } = await streams.info(`KV_${name}`, filter);
      return { count: Object.keys(state.subjects ?? {}).length, used: state.bytes / maxBytes };
    });
  }

  #attempt<T>(
    verb: string,
    work: (kv: KV) => Promise<T>,
  ): Promise<Result<T, AuthorityError>> {
    return attempt(this.#link, `${verb} ${this.#bucket.what}`, async () => {
      this.#kv ??= this.#open();
      try {
        return ok(await work(await this.#kv));
      } catch (error) {
        // Somebody may have removed the bucket: the next one makes it again.
        this.#kv = undefined;
        throw error;
      }
    });
  }

  async #open(): Promise<KV> {
    const { name, what, ttlMs, maxBytes, maxValueBytes } = this.#bucket;
    return await openOwnBucket(this.#connection, name, {
      history: 1,
      ttl: ttlMs,
      max_bytes: maxBytes,
      maxValueSize: maxValueBytes,
      description: `Trellis ${what}`,
      // A direct read may answer an older record, and have a link be good twice.
      allow_direct: false,
    });
  }
}
