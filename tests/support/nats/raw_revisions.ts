/** The revisions of a bucket, as they lie in its stream. */
import {
  jetstream,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  type StoredMsg,
  type StreamConfig,
} from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { headers, type NatsConnection } from "@nats-io/transport-deno";

/** A stored message. */
export interface RawRevision {
  readonly key: string;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
  readonly bytes: Uint8Array;
  /** True for the marker of a deletion. */
  readonly marker: boolean;
}

/** How many messages are read at once. */
const BATCH = 200;
/** API code of a sequence that holds nothing. */
const NO_MESSAGE = 10037;

/** One bucket, made for a test. */
export class RawRevisions {
  readonly #connection: NatsConnection;
  readonly #bucket: string;
  readonly #manager: JetStreamManager;

  private constructor(connection: NatsConnection, bucket: string, manager: JetStreamManager) {
    this.#connection = connection;
    this.#bucket = bucket;
    this.#manager = manager;
  }

  /** Makes a bucket; 0 milliseconds: entries live for ever. */
  static async create(
    connection: NatsConnection,
    bucket: string,
    settings: { readonly history?: number; readonly ttlMs?: number } = {},
  ): Promise<RawRevisions> {
    const { history = 1, ttlMs = 0 } = settings;
    await new Kvm(jetstream(connection)).create(bucket, { history, ttl: ttlMs });
    const manager = await jetstreamManager(connection);
    // The server refuses a life that is shorter than its window for repeated publishes.
    await manager.streams.update(`KV_${bucket}`, { duplicate_window: 100 * 1_000_000 });
    return new RawRevisions(connection, bucket, manager);
  }

  /** Writes a value, or a marker of a deletion. Fails as the server refuses it. */
  async put(
    key: string,
    value: string | Uint8Array,
    sent: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const given = headers();
    for (const [name, text] of Object.entries(sent)) given.set(name, text);
    await jetstream(this.#connection).publish(
      `$KV.${this.#bucket}.${key}`,
      value,
      Object.keys(sent).length === 0 ? {} : { headers: given },
    );
  }

  /** Deletes as any KV client does. */
  async delete(key: string): Promise<void> {
    await this.put(key, "", { "KV-Operation": "DEL" });
  }

  /** Deletes a key with all its revisions. */
  async purge(key: string): Promise<void> {
    await this.put(key, "", { "KV-Operation": "PURGE", "Nats-Rollup": "sub" });
  }

  /** Empties the stream. */
  async empty(): Promise<void> {
    await this.#manager.streams.purge(`KV_${this.#bucket}`);
  }

  /** Removes one message. */
  async remove(sequence: number): Promise<void> {
    await this.#manager.streams.deleteMessage(`KV_${this.#bucket}`, sequence);
  }

  /** Changes the stream behind the bucket. */
  async change(config: Partial<StreamConfig>): Promise<void> {
    await this.#manager.streams.update(`KV_${this.#bucket}`, config);
  }

  /** Deletes the bucket. */
  async destroy(): Promise<void> {
    await this.#manager.streams.delete(`KV_${this.#bucket}`);
  }

  /** Names of the consumers of the stream. */
  async consumers(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const { name } of this.#manager.consumers.list(`KV_${this.#bucket}`)) {
      names.push(name);
    }
    return names;
  }

  /** After how many milliseconds of silence the server forgets each of them. */
  async forgottenAfterMs(): Promise<readonly number[]> {
    const times: number[] = [];
    for await (const { config } of this.#manager.consumers.list(`KV_${this.#bucket}`)) {
      times.push((config.inactive_threshold ?? 0) / 1e6);
    }
    return times;
  }

  /** Deletes all consumers of the stream. */
  async deleteConsumers(): Promise<void> {
    for (const name of await this.consumers()) {
      await this.#manager.consumers.delete(`KV_${this.#bucket}`, name);
    }
  }

  /** Everything that is stored, oldest first. Read one by one, without a consumer. */
  async all(): Promise<readonly RawRevision[]> {
    const { state } = await this.#manager.streams.info(`KV_${this.#bucket}`);
    const found: RawRevision[] = [];
    for (let start = state.first_seq; start <= state.last_seq; start += BATCH) {
      const end = Math.min(start + BATCH, state.last_seq + 1);
      const reads = Array.from({ length: end - start }, (_, i) => this.#read(start + i));
      for (const revision of await Promise.all(reads)) {
        if (revision !== undefined) found.push(revision);
      }
    }
    return found;
  }

  async #read(sequence: number): Promise<RawRevision | undefined> {
    let stored: StoredMsg | null;
    try {
      stored = await this.#manager.streams.getMessage(`KV_${this.#bucket}`, { seq: sequence });
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === NO_MESSAGE) return undefined;
      throw error;
    }
    if (stored === null) return undefined;
    const operation = stored.header?.get("KV-Operation");
    return {
      key: stored.subject.slice(`$KV.${this.#bucket}.`.length),
      sequence,
      writtenAt: stored.time.getTime(),
      bytes: stored.data,
      marker: operation === "DEL" || operation === "PURGE" ||
        stored.header?.has("Nats-Marker-Reason") === true,
    };
  }
}
