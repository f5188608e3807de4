/**
 * A process that fetches a large file as fast as it comes, and slowly, and prints by how many bytes its memory grew. Run
 * by a test and by a measurement, with the server's address, the path of the file and of one that warms it up.
 */
import { TrellisClient } from "../../../mod.ts";
import { reader } from "./downloads.ts";

const [trellisUrl = "", path = "", warm = ""] = Deno.args;
await using client = await TrellisClient.connect({ contract: reader, trellisUrl }).orThrow();

async function fetchOne(path: string, pauseMs: number): Promise<void> {
  const { file } = await client.rpc.files.download({ path }).orThrow();
  const writable = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: () => pauseMs === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, pauseMs)),
  }, { highWaterMark: 1 });
  await client.transfer(file).to(writable).orThrow();
}

await fetchOne(warm, 0);
const before = Deno.memoryUsage().rss;
let most = before;
const watch = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 5);
await fetchOne(path, 0);
await fetchOne(path, 5);
clearInterval(watch);
console.log(most - before);
