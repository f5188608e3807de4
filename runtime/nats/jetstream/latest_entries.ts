import type { KV, KvEntry } from "@nats-io/kv";

/** Values that are asked for at once. */
const AT_ONCE = 64;

/**
 * The latest value of each key of a bucket, as its leader has it, a few at once and never all. A stream of all of
 * them would not end where the connection is lost meanwhile.
 *
 * @param most of more keys it is not known which are read
 */
export async function* latestEntries(kv: KV, most = Infinity): AsyncIterable<KvEntry> {
  const keys: string[] = [];
  if (most > 0) {
    for await (const key of await kv.keys()) {
      if (keys.push(key) >= most) break;
    }
  }
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const some = keys.slice(start, start + AT_ONCE);
    for (const entry of await Promise.all(some.map((key) => kv.get(key)))) {
      if (entry?.operation === "PUT") yield entry;
    }
  }
}
