import { Kvm } from "@nats-io/kv";
import { connect, nkeyAuthenticator } from "@nats-io/transport-deno";
import type { KeyPair } from "../../contracts/identity/key_pair.ts";

/** A bucket through the client library alone, with JSON and without validation. */
export interface RawKv extends AsyncDisposable {
  /** The value of a key. */
  get(key: string): Promise<unknown>;
  /** Stores a value. */
  put(key: string, value: unknown): Promise<unknown>;
  /** A page of values in the order of their keys, as the library allows it. */
  list(filter: string, limit: number): Promise<readonly unknown[]>;
  /** Stores the values of many keys quickly, and resolves when the bucket has them. */
  fill(keys: Iterable<string>, value: unknown): Promise<void>;
  /** Revisions that the bucket keeps of each key. */
  history(): Promise<number>;
}

/** Opens a bucket that is there; with a key, on a server that asks for one. */
export async function openRawKv(servers: string, bucket: string, key?: KeyPair): Promise<RawKv> {
  const seed = key && new TextEncoder().encode(key.seed);
  const connection = await connect({
    servers,
    ...(seed && { authenticator: nkeyAuthenticator(seed) }),
  });
  const kv = await new Kvm(connection).open(bucket);
  return {
    get: async (key) => (await kv.get(key))?.json(),
    put: (key, value) => kv.put(key, JSON.stringify(value)),
    async list(filter, limit) {
      const keys: string[] = [];
      for await (const key of await kv.keys(filter)) keys.push(key);
      const page = keys.sort().slice(0, limit);
      return await Promise.all(page.map(async (key) => (await kv.get(key))?.json()));
    },
    async fill(keys, value) {
      const text = JSON.stringify(value);
      let written = 0;
      for (const key of keys) {
        connection.publish(`$KV.${bucket}.${key}`, text);
        if (++written % 1000 === 0) await connection.flush();
      }
      await connection.flush();
      while ((await kv.status()).values < written) await connection.flush();
    },
    history: async () => (await kv.status()).history,
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
