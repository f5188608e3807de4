import { assertEquals } from "@std/assert";
import { NatsCluster } from "../../support/nats_cluster.ts";

Deno.test("each server of a secured cluster lets in who has the keys, and knows all streams", async () => {
  await using cluster = await NatsCluster.startSecured();
  const config = { name: "KEEP", subjects: ["keep.*"], storage: "file", num_replicas: 3 };
  await cluster.ask("$JS.API.STREAM.CREATE.KEEP", JSON.stringify(config));
  await cluster.settled("KEEP");
  for (const server of cluster.servers) {
    const ack = await (await server.platform()).request("keep.a", "1");
    assertEquals(ack.json<{ stream: string }>().stream, "KEEP");
  }
});
