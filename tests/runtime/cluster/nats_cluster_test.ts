import { assertEquals, assertNotEquals } from "@std/assert";
import { NatsCluster } from "../../support/nats_cluster.ts";

Deno.test("a secured cluster goes on without the leader of a stream, which comes back with all of it", async () => {
  await using cluster = await NatsCluster.startSecured();
  const config = { name: "KEEP", subjects: ["keep.*"], storage: "file", num_replicas: 3 };
  await cluster.ask("$JS.API.STREAM.CREATE.KEEP", JSON.stringify(config));
  // Each lets in who has the keys, and knows the stream.
  for (const server of cluster.servers) {
    const ack = await (await server.platform()).request("keep.a", "1");
    assertEquals(ack.json<{ stream: string }>().stream, "KEEP");
  }
  const leader = await cluster.leaderOf("KEEP");
  await cluster.kill(leader);
  assertNotEquals(await cluster.leaderOf("KEEP"), leader);
  await cluster.startAgain(leader);
  await cluster.settled("KEEP");
});
