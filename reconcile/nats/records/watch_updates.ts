import { type KV, type KvEntry, KvWatchInclude } from "@nats-io/kv";

/** Calls back with each change of the keys that a filter means, from now on until aborted. */
export async function watchUpdates(
  kv: KV,
  key: string,
  changed: (entry: KvEntry) => void,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const iterator = await kv.watch({ key, include: KvWatchInclude.UpdatesOnly });
  const stop = () => iterator.stop();
  signal.addEventListener("abort", stop, { once: true });
  // An abort while the watch was being opened has stopped nothing.
  if (signal.aborted) stop();
  try {
    for await (const entry of iterator) changed(entry);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
