import { jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/nats-core";
import { STATE_BUCKET, stateKey, type StateNamespace } from "../../contracts/stored/state_key.ts";
import { encodeEntry } from "../../runtime/platform/state/stored_entry.ts";

const STREAM = `KV_${STATE_BUCKET}`;
const DECLARED = { kind: "map", stateVersion: "v1", schema: true, acceptedVersions: {} };

/** An entry to be stored. */
export interface RawEntry {
  readonly namespace: StateNamespace;
  readonly key: string;
}

/** Makes a bucket that keeps one revision, read from its leader as that of State is. */
export async function makeBucket(connection: NatsConnection, bucket: string): Promise<void> {
  await new Kvm(connection).create(bucket, { history: 1, allow_direct: false });
}

/** Stores entries quickly, as the platform writes them, and resolves when the bucket has them. */
export async function fillState(
  connection: NatsConnection,
  entries: Iterable<RawEntry>,
  value: unknown,
): Promise<void> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false });
  const newest = async () => (await streams.info(STREAM)).state.last_seq;
  const text = JSON.stringify(value);
  const times = { updatedAt: Date.now(), expiresAt: undefined };
  let last = await newest();
  let written = 0;
  for (const { namespace, key } of entries) {
    const storageKey = stateKey(namespace, key);
    const place = { namespace, prefix: "", declared: DECLARED, digest: "bench", key, storageKey };
    connection.publish(`$KV.${STATE_BUCKET}.${storageKey}`, encodeEntry(place, text, times));
    last++;
    if (++written % 1000 === 0) await connection.flush();
  }
  await connection.flush();
  while (await newest() < last) await connection.flush();
}
