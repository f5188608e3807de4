/**
 * A process that passes so many bytes through a store and back, and prints by how many bytes its memory
 * grew, from when it was warm to the most that it had.
 */
import { openBenchStore, readThrough, zeros } from "./open_store.ts";

const WARM_BYTES = 64 << 20;

const [servers = "", size = "0"] = Deno.args;
await using opened = await openBenchStore(servers);
const { store } = opened;
const pass = async (bytes: number) => {
  await store.put("passage", zeros(bytes)).orThrow();
  await readThrough(store, "passage");
};
await pass(WARM_BYTES);
const before = Deno.memoryUsage().rss;
let most = before;
const watch = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 10);
await pass(Number(size));
clearInterval(watch);
console.log(most - before);
