/** Clients of an open server that say who they are. */
import { assertEquals } from "@std/assert";
import { TrellisClient } from "../../mod.ts";
import { fetchFile, sendFile } from "../support/cluster_chaos/sent_files.ts";
import { visitor, yard, yardHandlers } from "../support/cluster_chaos/yard.ts";
import { deploy, provision } from "../support/deployed.ts";
import { TrellisServer } from "../support/trellis_server.ts";

Deno.test("whoever says who it is on an open server is sent feeds, records and files, and sends files", async () => {
  await using server = await TrellisServer.start();
  const handled = new Set<string>();
  const service = await deploy(
    server,
    yard,
    yardHandlers({
      event: handled,
      transact: handled,
      job: handled,
      "kept job": handled,
      operation: handled,
    }),
  );
  await provision(await server.authority(), visitor);
  const client = await TrellisClient
    .connect({ contract: visitor, trellisUrl: server.url, unverifiedId: "ada" }).orThrow();
  const piece = { key: "k", n: 1 };
  (await service.kv.created.create("k", piece)).orThrow();
  const feed = await client.feed.piece.made({}, { signal: AbortSignal.timeout(10_000) }).orThrow();
  const seen: unknown[] = [];
  for await (const { value } of feed) {
    seen.push(value);
    break;
  }
  assertEquals(seen, [piece]);
  const made = await client.operation.piece.make.start(piece).orThrow();
  assertEquals((await made.wait({ timeoutMs: 10_000 })).orThrow(), piece);
  (await sendFile(client, "f")).orThrow();
  (await fetchFile(client, "f")).orThrow();
  await client.close();
  await service.stop();
});
