import { assertEquals } from "@std/assert";
import { jetstreamManager } from "@nats-io/jetstream";
import { guarded } from "../../tests/support/platform/desk.ts";
import { provision } from "../../tests/support/deployed.ts";
import { SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import { lostStreams } from "./lost_streams.ts";

Deno.test("what was lost beside the records is known, and a server that is used first has lost nothing", async () => {
  await using trellis = await SecuredTrellis.start();
  const { connection } = trellis.messaging;
  await trellis.stopPlatform();
  const { streams } = await jetstreamManager(connection);
  await streams.delete("KV_trellis_users");
  assertEquals(await lostStreams(connection), []);
  await provision(trellis.authority, guarded);
  assertEquals(await lostStreams(connection), ["KV_trellis_users"]);
  await trellis.startPlatform();
  assertEquals(await lostStreams(connection), []);
});
