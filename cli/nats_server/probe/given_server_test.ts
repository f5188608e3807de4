import { assert, assertEquals } from "@std/assert";
import { MessagingTestServer } from "../../../tests/support/messaging_server.ts";
import { listenAndSay } from "../../../tests/support/server_process.ts";
import { examineGivenServer } from "./given_server.ts";

Deno.test("given addresses are all asked at once: those that say nothing cost nothing", async () => {
  await using one = listenAndSay("");
  await using two = listenAndSay("");
  await using server = await MessagingTestServer.start();
  const started = performance.now();
  const url = `127.0.0.1:${one.port},127.0.0.1:1,${server.url},127.0.0.1:${two.port}`;
  const identity = (await examineGivenServer(url)).orThrow();
  assertEquals(identity.jetstream, true);
  const took = performance.now() - started;
  assert(took < 4000, `it took ${took} ms`);
});
