/**
 * A process of its own that uses a store: `endless` writes until it is killed, `passage` passes as many
 * bytes through a store as it is told and prints how much memory that took.
 */
import type { StoreResourceBinding } from "../../../contracts/stored/bindings.ts";
import "../../../runtime/host/deno_host.ts";
import { openTypedStore } from "../../../runtime/store/nats/open_typed_store.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";

const [servers = "", name = "", what = "", size = "0"] = Deno.args;
const messaging = (await connectMessaging({ servers, name: "process" })).orThrow();
const binding: StoreResourceBinding = { name, ttlMs: 0 };
const store = (await openTypedStore({
  connection: messaging.connection,
  inboxPrefix: inboxPrefix(messaging.session),
  binding,
  alias: "uploads",
})).orThrow();

async function* zeros(total: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(64 << 10);
  for (let sent = 0; sent < total; sent += piece.length) yield piece;
}

if (what === "endless") await store.put("endless", zeros(Infinity)).orThrow();

async function pass(bytes: number): Promise<number> {
  await store.put("passage", zeros(bytes)).orThrow();
  let received = 0;
  const entry = await store.get("passage").orThrow();
  for await (const chunk of await entry.stream().orThrow()) received += chunk.length;
  return received;
}

// The heap grows to what a process works with, once.
await pass(64 << 20);
const before = Deno.memoryUsage().rss;
let most = before;
const watch = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 20);
const received = await pass(Number(size));
clearInterval(watch);
console.log(JSON.stringify({ received, grown: most - before }));
await messaging.close();
