/** Buckets as any other NATS tool sees and changes them, past everything that Trellis does. */
import {
  jetstream,
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import { Kvm, type KvOptions } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-deno";
import { NatsBuckets } from "../../../reconcile/nats/buckets/nats_buckets.ts";
import { until } from "../until.ts";

/** The reconciler's own view of the buckets, to stand between it and the server. */
export async function openBuckets(connection: NatsConnection): Promise<NatsBuckets> {
  return new NatsBuckets(await jetstreamManager(connection));
}

/** The raw view of one server. */
export class RawBuckets {
  readonly #connection: NatsConnection;

  /** @param connection any connection to the server */
  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  #manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.#connection, { checkAPI: false });
  }

  /** Names of all KV buckets except Trellis' own records, sorted. */
  async names(): Promise<string[]> {
    const manager = await this.#manager();
    const names: string[] = [];
    for await (const name of manager.streams.names()) {
      if (name.startsWith("KV_") && !name.startsWith("KV_trellis_")) names.push(name.slice(3));
    }
    return names.sort();
  }

  /** Names of all object stores, sorted. */
  async stores(): Promise<string[]> {
    const manager = await this.#manager();
    const names: string[] = [];
    for await (const name of manager.streams.names()) {
      if (name.startsWith("OBJ_")) names.push(name.slice(4));
    }
    return names.sort();
  }

  /** What the server tells of the stream behind a bucket. */
  async info(bucket: string): Promise<StreamInfo> {
    return await (await this.#manager()).streams.info(`KV_${bucket}`);
  }

  /** Configuration of the stream behind a bucket. */
  async config(bucket: string): Promise<StreamConfig> {
    return (await this.info(bucket)).config;
  }

  /** Changes the stream behind a bucket. */
  async change(bucket: string, config: Partial<StreamConfig>): Promise<void> {
    const manager = await this.#manager();
    await manager.streams.update(`KV_${bucket}`, config);
  }

  /** Makes a bucket as another tool would. */
  async create(bucket: string, options: Partial<KvOptions> = {}): Promise<void> {
    await new Kvm(jetstream(this.#connection, { checkAPI: false })).create(bucket, options);
  }

  /** Makes a stream that takes a bucket's subjects away, so that the bucket cannot be made. */
  async occupy(bucket: string): Promise<void> {
    const manager = await this.#manager();
    await manager.streams.add({ name: `OCCUPY_${bucket}`, subjects: [`$KV.${bucket}.>`] });
  }

  /** What is in a bucket, and what follows. */
  async watch(bucket: string): Promise<AsyncIterable<unknown>> {
    const kv = await new Kvm(jetstream(this.#connection, { checkAPI: false })).open(bucket);
    return await kv.watch();
  }

  /** Undoes {@link occupy}. */
  async vacate(bucket: string): Promise<void> {
    const manager = await this.#manager();
    await manager.streams.delete(`OCCUPY_${bucket}`);
  }

  /** Deletes a bucket with its data. */
  async delete(bucket: string): Promise<void> {
    const manager = await this.#manager();
    await manager.streams.delete(`KV_${bucket}`);
  }

  /** Writes text or bytes under a key. */
  async put(bucket: string, key: string, value: string | Uint8Array): Promise<void> {
    await (await new Kvm(jetstream(this.#connection, { checkAPI: false })).open(bucket)).put(
      key,
      value,
    );
  }

  /** Writes one value under many keys, of any form that a subject may have. */
  async putAll(bucket: string, keys: readonly string[], value: string): Promise<void> {
    const before = await this.lastSequence(bucket);
    for (const key of keys) this.#connection.publish(`$KV.${bucket}.${key}`, value);
    await until(
      async () => await this.lastSequence(bucket) >= before + keys.length,
      "all keys are stored",
    );
  }

  /** Number of the last write to a bucket. */
  async lastSequence(bucket: string): Promise<number> {
    const manager = await this.#manager();
    return (await manager.streams.info(`KV_${bucket}`)).state.last_seq;
  }

  /** Deletes a key. */
  async remove(bucket: string, key: string): Promise<void> {
    await (await new Kvm(jetstream(this.#connection, { checkAPI: false })).open(bucket)).delete(
      key,
    );
  }

  /** Removes a key with all its revisions. */
  async purge(bucket: string, key: string): Promise<void> {
    await (await new Kvm(jetstream(this.#connection, { checkAPI: false })).open(bucket)).purge(key);
  }

  /** Reads the text under a key. */
  async get(bucket: string, key: string): Promise<string | undefined> {
    const entry =
      await (await new Kvm(jetstream(this.#connection, { checkAPI: false })).open(bucket)).get(key);
    return entry === null || entry.operation !== "PUT" ? undefined : entry.string();
  }

  /** Text of all keys that are not deleted, by key. */
  async values(bucket: string): Promise<Readonly<Record<string, string>>> {
    const { streams } = await this.#manager();
    const stream = `KV_${bucket}`;
    const { state } = await streams.info(stream, { subjects_filter: ">" });
    const values: Record<string, string> = {};
    for (const subject of Object.keys(state.subjects ?? {}).sort()) {
      const message = await streams.getMessage(stream, { last_by_subj: subject });
      if (message === null || message.header.has("KV-Operation")) continue;
      values[subject.slice(`$KV.${bucket}.`.length)] = message.string();
    }
    return values;
  }

  /** All keys of a bucket, sorted. */
  async keys(bucket: string): Promise<string[]> {
    const keys: string[] = [];
    const kv = await new Kvm(jetstream(this.#connection, { checkAPI: false })).open(bucket);
    for await (const key of await kv.keys()) keys.push(key);
    return keys.sort();
  }
}
