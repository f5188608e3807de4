import { assert, assertEquals } from "@std/assert";
import { MessagingTestServer } from "../../../tests/support/messaging_server.ts";
import { listenAndSay } from "../../../tests/support/server_process.ts";
import { examineGivenServer } from "./given_server.ts";

Deno.test("given addresses are all asked at once: those that say nothing cost nothing", async () => {
  await using silent = listenAndSay("");
  const others = Array.from({ length: 3 }, () => `127.0.0.1:${silent.port}`);
  await using server = await MessagingTestServer.start();
  const started = performance.now();
  const url = [...others, "127.0.0.1:1", server.url, ...others].join();
  const identity = (await examineGivenServer(url)).orThrow();
  assertEquals(identity.jetstream, true);
  const took = performance.now() - started;
  // One after the other, they would be waited for fifteen seconds.
  assert(took < 10_000, `it took ${took} ms`);
});
