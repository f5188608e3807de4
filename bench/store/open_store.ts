import type { TypedStore } from "../../mod.ts";
import "../../runtime/host/deno_host.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { openTypedStore } from "../../runtime/store/nats/open_typed_store.ts";

/** Physical name of the store that is measured. */
export const STORE = "svc_bench_objects";

/** Opens the store over a connection of its own. */
export async function openBenchStore(
  servers: string,
): Promise<{ readonly store: TypedStore } & AsyncDisposable> {
  const messaging = (await connectMessaging({ servers, name: "bench" })).orThrow();
  const store = await openTypedStore({
    connection: messaging.connection,
    inboxPrefix: inboxPrefix(messaging.session),
    binding: { name: STORE, ttlMs: 0 },
    alias: "objects",
  });
  return { store: store.orThrow(), [Symbol.asyncDispose]: () => messaging.close() };
}

/** So many zeros, in pieces of 64 KiB. */
export function zeros(size: number): ReadableStream<Uint8Array> {
  const piece = new Uint8Array(64 << 10);
  let left = size;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(piece.subarray(0, left));
      left -= piece.length;
    },
  });
}

/** Reads an object to its end, and answers its size. */
export async function readThrough(store: TypedStore, key: string): Promise<number> {
  const entry = await store.get(key).orThrow();
  let size = 0;
  for await (const chunk of await entry.stream().orThrow()) size += chunk.length;
  return size;
}
