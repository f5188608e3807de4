import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { nuid } from "@nats-io/nats-core";
import { type ObjectStore, Objm } from "@nats-io/obj";
import { connect, headers } from "@nats-io/transport-deno";
import {
  indexStream,
  indexSubjectPrefix,
  objectStream,
} from "../../contracts/stored/store_names.ts";
import { encodeStoreRecord, type StoreRecord } from "../../contracts/stored/store_record.ts";
import { newStoreConfigs } from "../../reconcile/nats/buckets/store_streams.ts";
import { storeIndexKey } from "../../contracts/stored/store_index_key.ts";

/** Bucket and object store that are not Trellis's. */
const THEIRS = "bench_theirs";
const SETTINGS = { ttlMs: 0, maxTotalBytes: 0, maxObjectBytes: 0 };

/** Objects through the client library alone, and the streams behind Trellis's own. */
export interface RawStore extends AsyncDisposable {
  /** Stores an object with the library's defaults. */
  put(name: string, body: ReadableStream<Uint8Array>): Promise<unknown>;
  /** Reads an object with the library's defaults, and answers its size. */
  get(name: string): Promise<number>;
  /** What it takes at least to store a small object under a key: chunk, description and entry. */
  putByHand(key: string, bytes: Uint8Array): Promise<unknown>;
  /** Makes the streams of a Trellis store. */
  makeStore(name: string): Promise<void>;
  /** Fills the index of a Trellis store, whose objects nobody reads. */
  fillIndex(name: string, keys: readonly string[], record: StoreRecord): Promise<void>;
  /** Frees what both sides have stored. */
  forget(name: string): Promise<void>;
}

/** Connects, and makes an object store with the library's defaults. */
export async function openRawStore(servers: string): Promise<RawStore> {
  const connection = await connect({ servers });
  const js = jetstream(connection);
  const { streams } = await jetstreamManager(connection);
  const objects = await new Objm(js).create(THEIRS);
  const index = await new Kvm(js).create(THEIRS);
  return {
    put: (name, body) => objects.put({ name }, body),
    get: (name) => sizeOf(objects, name),
    async putByHand(key, bytes) {
      const id = nuid.next();
      const rollup = headers();
      rollup.set("Nats-Rollup", "sub");
      const name = new TextEncoder().encode(id).toBase64({ alphabet: "base64url" });
      const description = JSON.stringify({
        name: id,
        bucket: THEIRS,
        nuid: id,
        size: bytes.length,
      });
      await Promise.all([
        js.publish(`$O.${THEIRS}.C.${id}`, bytes),
        js.publish(`$O.${THEIRS}.M.${name}`, description, { headers: rollup }),
      ]);
      await index.put(key, description);
    },
    async makeStore(name) {
      const owner = { deployment: "bench", contract: "bench@v1", alias: name, kind: "store" };
      const configs = newStoreConfigs(name, { ...owner, kind: "store" }, SETTINGS);
      await streams.add(configs.index);
      await streams.add(configs.objects);
    },
    async fillIndex(name, keys, record) {
      const bytes = encodeStoreRecord(record);
      let written = 0;
      for (const key of keys) {
        connection.publish(`${indexSubjectPrefix(name)}${storeIndexKey(key)}`, bytes);
        if (++written % 1000 === 0) await connection.flush();
      }
      const messages = async () => (await streams.info(indexStream(name))).state.messages;
      while (await messages() < written) await connection.flush();
    },
    async forget(name) {
      for (const stream of [objectStream(name), indexStream(name), objectStream(THEIRS)]) {
        await streams.purge(stream);
      }
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

async function sizeOf(objects: ObjectStore, name: string): Promise<number> {
  const found = await objects.get(name);
  if (found === null) throw new Error(`there is no object ${name}`);
  let size = 0;
  for await (const chunk of found.data) size += chunk.length;
  const failure = await found.error;
  if (failure instanceof Error) throw failure;
  return size;
}
