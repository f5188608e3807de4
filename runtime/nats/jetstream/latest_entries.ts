import type { KV, KvEntry } from "@nats-io/kv";

/**
 * The latest value of each key of a bucket, in one stream. Any replica may give it: whoever decides by one reads
 * that one again.
 */
export async function* latestEntries(kv: KV): AsyncIterable<KvEntry> {
  // An empty bucket gives nothing that could end the iterator.
  const { values } = await kv.status();
  if (values === 0) return;
  for await (const entry of await kv.watch()) {
    if (entry.operation === "PUT") yield entry;
    if (entry.delta === 0) return;
  }
}
