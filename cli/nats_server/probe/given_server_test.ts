import { assert, assertEquals } from "@std/assert";
import { MessagingTestServer } from "../../../tests/support/messaging_server.ts";
import { infoLine, listenAndSay } from "../../../tests/support/server_process.ts";
import { TcpProxy } from "../../../tests/support/tcp_proxy.ts";
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

Deno.test("of given addresses one with which Trellis cannot work stands for none that it can work with", async () => {
  await using old = listenAndSay(infoLine({ version: "2.1.0", jetstream: true }));
  await using server = await MessagingTestServer.start();
  // It answers later.
  await using far = new TcpProxy(server.url, () => ({
    async fromServer(bytes) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return bytes;
    },
  }));
  const place = `127.0.0.1:${old.port}`;
  assertEquals((await examineGivenServer(`${place},${far.url}`)).isOk(), true);
  const alone = await examineGivenServer(`${place},127.0.0.1:1`);
  assertEquals(alone.isErr() && alone.error.code, "too_old");
});
