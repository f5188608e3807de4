/** Files that are sent with operations. */
import { assert, assertEquals } from "@std/assert";
import { TrellisClient } from "../../../mod.ts";
import { connect, provision } from "../../support/deployed.ts";
import { makeTransferStream } from "../../support/nats/transfer_stream.ts";
import { author, paperHandlers, papers } from "../../support/transfers/papers.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";

const server = shared(async () => {
  const started = await TrellisServer.start();
  await provision(await started.authority(), papers);
  const { connection } = await started.connect();
  await makeTransferStream(connection, papers, "papers");
  return started;
});

async function call() {
  const { url: trellisUrl } = await server();
  return await TrellisClient.connect({ contract: author, trellisUrl }).orThrow();
}

Deno.test("a file that is sent with an operation is what the store has", async () => {
  await using service = await connect(await server(), papers, paperHandlers());
  await using client = await call();
  const body = crypto.getRandomValues(new Uint8Array(50_000));
  const ref = await client.operation.paper.upload.start(
    { path: "in/a.bin", type: "application/x-a" },
    { body },
  ).orThrow();
  const output = await ref.wait().orThrow();
  assertEquals([output.key, output.size], ["in/a.bin", 50_000]);
  const store = await service.store.papers.open().orThrow();
  const entry = await store.get("in/a.bin").orThrow();
  assertEquals([entry.info.contentType, entry.info.digest], ["application/x-a", output.digest]);
  assertEquals(await entry.bytes().orThrow(), body);
  assert(ref.id !== "");
});
