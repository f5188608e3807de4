/** Stores as any other NATS tool sees and changes them, past everything that Trellis does. */
import type { SettingsOf } from "../../../reconcile/resources/settings.ts";
import {
  jetstream,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/transport-deno";
import { type ObjectStoreOptions, Objm } from "@nats-io/obj";
import {
  chunkSubject,
  indexStream,
  indexSubjectPrefix,
  objectOfSubject,
  objectStream,
} from "../../../contracts/stored/store_names.ts";
import { collectOrphans } from "../../../reconcile/nats/collect/collect_orphans.ts";
import type { BucketState } from "../../../reconcile/resources/bucket.ts";
import { newStoreConfigs, storeState } from "../../../reconcile/nats/buckets/store_streams.ts";
import { storeIndexKey } from "../../../contracts/stored/store_index_key.ts";

/** What a NATS object store tells of an object. */
export interface RawObject {
  readonly name: string;
  readonly size: number;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the index holds for a key. */
export interface RawEntry {
  readonly object: string;
  readonly size: number;
  readonly digest: string;
  readonly chunks: number;
}

/** The raw view of one store. */
export class RawStore {
  /** Physical name. */
  readonly name: string;
  readonly #connection: NatsConnection;

  /** @param connection any connection to the server */
  constructor(connection: NatsConnection, name: string) {
    this.#connection = connection;
    this.name = name;
  }

  /** Makes both streams, as reconciliation would. */
  async create(settings: Partial<SettingsOf<"store">> = {}, alias = "uploads"): Promise<void> {
    const owner = {
      deployment: "documents",
      contract: "documents@v1",
      alias,
      kind: "store",
    } as const;
    const all = { ttlMs: 0, maxTotalBytes: 0, maxObjectBytes: 0, ...settings };
    const { index, objects } = newStoreConfigs(this.name, owner, all);
    const manager = await this.manager();
    await manager.streams.add(index);
    await manager.streams.add(objects);
  }

  /** What there is of both streams, read back. */
  async state(): Promise<BucketState> {
    const { streams } = await this.manager();
    const info = async (stream: string) => {
      try {
        return await streams.info(stream);
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === 10059) return undefined;
        throw error;
      }
    };
    const [objects, index] = [
      await info(objectStream(this.name)),
      await info(indexStream(this.name)),
    ];
    return storeState(this.name, objects, index);
  }

  /** Configuration of both streams. */
  async configs(): Promise<{ readonly index: StreamConfig; readonly objects: StreamConfig }> {
    const { streams } = await this.manager();
    return {
      index: (await streams.info(indexStream(this.name))).config,
      objects: (await streams.info(objectStream(this.name))).config,
    };
  }

  /** Changes one of the streams, as another tool would. */
  async change(part: "index" | "objects", config: Partial<StreamConfig>): Promise<void> {
    const { streams } = await this.manager();
    const stream = part === "index" ? indexStream(this.name) : objectStream(this.name);
    await streams.update(stream, config);
  }

  /** Deletes the stream of the index. */
  async deleteIndex(): Promise<void> {
    await (await this.manager()).streams.delete(indexStream(this.name));
  }

  /** Makes an object store as a NATS client does. */
  async createForeign(options: Partial<ObjectStoreOptions> = {}): Promise<void> {
    await new Objm(jetstream(this.#connection)).create(this.name, options);
  }

  /** Makes a stream that takes the subjects of the objects away, so that the store cannot be made. */
  async occupy(): Promise<void> {
    const { streams } = await this.manager();
    await streams.add({ name: `OCCUPY_${this.name}`, subjects: [`$O.${this.name}.C.>`] });
  }

  /** Undoes {@link occupy}. */
  async vacate(): Promise<void> {
    await (await this.manager()).streams.delete(`OCCUPY_${this.name}`);
  }

  /** Deletes the stream of the objects. */
  async deleteObjects(): Promise<void> {
    await (await this.manager()).streams.delete(objectStream(this.name));
  }

  /** Ids of all objects of which there is anything, sorted. */
  async objects(): Promise<string[]> {
    const found = new Set<string>();
    for (const subject of Object.keys(await this.subjects())) {
      const object = objectOfSubject(this.name, subject);
      if (object !== undefined) found.add(object);
    }
    return [...found].sort();
  }

  /** Messages by subject. */
  async subjects(): Promise<Readonly<Record<string, number>>> {
    const { streams } = await this.manager();
    const info = await streams.info(objectStream(this.name), { subjects_filter: ">" });
    return info.state.subjects ?? {};
  }

  /** Chunks of all objects. */
  async chunks(): Promise<number> {
    return Object.entries(await this.subjects())
      .filter(([subject]) => subject.startsWith(`$O.${this.name}.C.`))
      .reduce((sum, [, count]) => sum + count, 0);
  }

  /** What the index holds for a key. */
  async entry(key: string): Promise<RawEntry | undefined> {
    const { streams } = await this.manager();
    const subject = `${indexSubjectPrefix(this.name)}${storeIndexKey(key)}`;
    try {
      const message = await streams.getMessage(indexStream(this.name), { last_by_subj: subject });
      return message === null || message.data.length === 0 ? undefined : message.json<RawEntry>();
    } catch (error) {
      if (error instanceof JetStreamApiError) return undefined;
      throw error;
    }
  }

  /** True when the server answers this connection, which takes a while after a restart. */
  async answers(): Promise<boolean> {
    try {
      await this.state();
      return true;
    } catch {
      return false;
    }
  }

  /** Writes into the index what Trellis would not. */
  async setEntry(key: string, text: string): Promise<void> {
    const subject = `${indexSubjectPrefix(this.name)}${storeIndexKey(key)}`;
    await jetstream(this.#connection).publish(subject, text);
  }

  /** Puts other bytes in the place of an object's chunks. */
  async tamper(object: string, bytes: Uint8Array): Promise<void> {
    const rollup = headers();
    rollup.set("Nats-Rollup", "sub");
    await jetstream(this.#connection).publish(chunkSubject(this.name, object), bytes, {
      headers: rollup,
    });
  }

  /** Adds a chunk to an object. */
  async append(object: string, bytes: Uint8Array): Promise<void> {
    await jetstream(this.#connection).publish(chunkSubject(this.name, object), bytes);
  }

  /** Removes an object's chunks. */
  async purge(object: string): Promise<void> {
    const { streams } = await this.manager();
    await streams.purge(objectStream(this.name), { filter: chunkSubject(this.name, object) });
  }

  /** Reads an object as a NATS object store client does. */
  async blob(object: string): Promise<Uint8Array | null> {
    return await (await new Objm(jetstream(this.#connection)).open(this.name)).getBlob(object);
  }

  /** All objects that a NATS object store client lists. */
  async listed(): Promise<RawObject[]> {
    const store = await new Objm(jetstream(this.#connection)).open(this.name);
    return (await store.list()).map(({ name, size, description = "", metadata = {} }) => ({
      name,
      size,
      description,
      metadata,
    }));
  }

  /** Stores an object as a NATS object store client does. */
  async putForeign(name: string, bytes: Uint8Array): Promise<void> {
    const store = await new Objm(jetstream(this.#connection)).open(this.name);
    await store.putBlob({ name }, bytes);
  }

  /** Makes a link, as a NATS object store client does. */
  async link(name: string, to: string): Promise<void> {
    const store = await new Objm(jetstream(this.#connection)).open(this.name);
    const info = await store.info(to);
    if (info === null) throw new Error(`there is no object ${to}`);
    await store.link(name, info);
  }

  /** Runs the collector. */
  async collect(
    olderThanMs?: number,
    signal?: AbortSignal,
  ): Promise<{ readonly removed: number; readonly bytes: number }> {
    const manager = await this.manager();
    const collected = await collectOrphans({ manager, name: this.name, olderThanMs, signal });
    if (collected.isErr()) throw new Error(collected.error.message);
    return collected.orThrow();
  }

  /** The stream manager. */
  manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.#connection, { checkAPI: false });
  }
}
