/** Everything that is left of a deployment on a server, in a form that can be compared. */
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { MAKING_METADATA } from "../../../contracts/stored/work_names.ts";
import type { AuthorityStore } from "../../../reconcile/records/record_store.ts";
import { RawBuckets } from "./raw_buckets.ts";
import { RawStore } from "./raw_stores.ts";

/** Number of writes that Trellis' own records have seen. */
export async function recordWrites(connection: NatsConnection): Promise<number> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  return (await manager.streams.info("KV_trellis_authority")).state.last_seq;
}

/** When a bucket was made. */
export async function createdAt(connection: NatsConnection, bucket: string): Promise<string> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  return String((await manager.streams.info(`KV_${bucket}`)).created);
}

/**
 * Record, bindings, buckets and values of a deployment with a name of one word; the name itself, times
 * and hashes are replaced, so that two deployments can be compared.
 */
export async function deploymentFacts(
  connection: NatsConnection,
  store: AuthorityStore,
  deployment: string,
): Promise<unknown> {
  const raw = new RawBuckets(connection);
  const stored = (await store.load(deployment)).orThrow()?.value;
  const bindings = await raw.get("trellis_authority", `bindings.${deployment}`);
  const names = (await raw.names()).filter((name) => name.startsWith(`svc_${deployment}_`));
  const buckets: Record<string, unknown> = {};
  const made = new Map<string, string>();
  for (const name of names) {
    const { config: { metadata, ...config }, created } = await raw.info(name);
    made.set(name, String(created));
    const values = await raw.values(name);
    buckets[name] = {
      history: config.max_msgs_per_subject,
      ttl: config.max_age,
      size: config.max_msg_size,
      denyDelete: config.deny_delete,
      owner: marksOf(metadata),
      values,
    };
  }
  const { materialized, retired } = stored ?? {};
  const stores: Record<string, unknown> = {};
  for (const name of await raw.stores()) {
    if (!name.startsWith(`svc_${deployment}_`)) continue;
    const store = new RawStore(connection, name);
    made.set(`store/${name}`, (await store.state()).created);
    const { metadata, ...config } = (await store.configs()).objects;
    stores[name] = {
      age: config.max_age,
      bytes: config.max_bytes,
      denyDelete: config.deny_delete,
      marks: marksOf(metadata),
      objects: await store.subjects(),
    };
  }
  for (const [resource, { name, created }] of Object.entries(materialized?.buckets ?? {})) {
    const place = resource.startsWith("store/") ? `store/${name}` : name;
    if (made.get(place) !== created) throw new Error(`the record has another ${resource}`);
  }
  const facts = {
    version: stored?.desired?.version,
    state: materialized?.state,
    problems: materialized?.problems,
    bindings: [materialized?.bindings.kv, materialized?.bindings.store],
    published: [JSON.parse(bindings ?? "null")?.kv, JSON.parse(bindings ?? "null")?.store],
    bound: Object.entries(materialized?.buckets ?? {}).map(([resource, { name, settings }]) => [
      resource,
      name,
      settings,
    ]),
    retired: retired?.map(({ kind, alias, name, deletedBy }) => [
      kind,
      alias,
      name,
      deletedBy !== undefined,
    ]),
    buckets,
    stores,
  };
  const text = JSON.stringify(facts).replaceAll(deployment, "D")
    .replaceAll(/svc_D_([a-z]+)_[a-z0-9]{8}(?=\b|__)/g, "svc_D_$1_HASH");
  return JSON.parse(text);
}

/** What Trellis says of a stream in its metadata, but for the request that has made it. */
function marksOf(metadata: Readonly<Record<string, string>> = {}) {
  return Object.entries(metadata)
    .filter(([key]) => key.startsWith("trellis.") && key !== MAKING_METADATA).sort();
}
