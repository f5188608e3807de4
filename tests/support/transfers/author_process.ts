/**
 * A process that sends a paper of so many bytes, all alike, as slowly as it is told. What has come of it goes to its
 * output. Its arguments: the server's address, the bytes, after how many of them it stops to read, and the operation that
 * it goes on with.
 */
import { TrellisClient } from "../../../mod.ts";
import { author } from "./papers.ts";
import { paperBytes } from "./paper_bytes.ts";

const [trellisUrl = "", size = "0", stop = "0", id] = Deno.args;
const client = await TrellisClient.connect({ contract: author, trellisUrl }).orThrow();
const { upload } = client.operation.paper;
let last = "";
/** What it takes when it is warm, and the most that it takes after that. */
let warm = 0, most = 0;
const onTransfer = ({ id, sent, there }: { id: string; sent: number; there: number }) => {
  const { rss } = Deno.memoryUsage();
  if (sent < Number(size) / 4) warm = rss;
  most = Math.max(most, rss);
  const said = `${id} ${sent >= Number(stop) ? "half" : "begun"} ${there}`;
  if (said !== last) console.log(last = said);
};
const options = { body: paperBytes(Number(size), Number(stop)), onTransfer };
const ref = id === undefined
  ? await upload.start({ path: "long" }, options).orThrow()
  : await upload.resume(id, options).orThrow();
console.log(`done ${JSON.stringify(await ref.wait().orThrow())} grown ${most - warm}`);
await client.close();
