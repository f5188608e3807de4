import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SecuredServer } from "../../../tests/support/secured_server.ts";
import { MessagingTestServer } from "../../../tests/support/messaging_server.ts";
import { infoLine, listenAndSay } from "../../../tests/support/server_process.ts";
import { TcpProxy } from "../../../tests/support/tcp_proxy.ts";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { isErr } from "../../../contracts/result.ts";
import { openConnection } from "../connection.ts";
import "../../host/deno_host.ts";

function placeOf({ port }: { readonly port: number }): string {
  return `127.0.0.1:${port}`;
}

/** Milliseconds that something takes. */
async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await act();
  return performance.now() - started;
}

Deno.test("a connection does not wait for addresses that say nothing while another one answers", async () => {
  await using one = listenAndSay("");
  await using two = listenAndSay("");
  await using server = await MessagingTestServer.start();
  const settings = { name: "test", timeoutMs: 20_000 };
  const servers = [placeOf(one), "127.0.0.1:1", server.url, placeOf(two)];
  for (let turn = 0; turn < 5; turn++) {
    const took = await timeOf(async () => {
      const connection = (await openConnection({ ...settings, servers })).orThrow();
      assertEquals(connection.getServer(), `127.0.0.1:${server.port}`);
      const known = connection.getServers().map(({ listen }) => listen);
      assertEquals(
        known.toSorted(),
        [placeOf(one), "127.0.0.1:1", `127.0.0.1:${server.port}`, placeOf(two)].toSorted(),
      );
      await connection.close();
    });
    assert(took < 10_000, `it took ${took} ms`);
  }
});

Deno.test("addresses that say nothing have one deadline together", async () => {
  await using silent = listenAndSay("");
  // One after the other, they would be waited for twelve seconds.
  const servers = Array.from({ length: 20 }, () => placeOf(silent));
  const took = await timeOf(async () => {
    const opened = (await openConnection({ servers, name: "test", timeoutMs: 600 })).take();
    if (!isErr(opened)) throw new Error("connected to nothing");
    assertEquals(opened.error.code, "trellis.connection.refused");
    assertStringIncludes(opened.error.message, "no answer within 600 ms");
  });
  assert(took < 10_000, `it took ${took} ms`);
  const refused = (await openConnection({ servers: "127.0.0.1:1,127.0.0.1:2", name: "test" }))
    .take();
  if (!isErr(refused)) throw new Error("connected to nothing");
  assertStringIncludes(refused.error.message, "127.0.0.1:2");
});

Deno.test("whoever is refused does not wait for addresses that say nothing", async () => {
  await using one = listenAndSay("");
  await using server = await SecuredServer.start();
  await server.answer(() => Promise.resolve(undefined));
  const key = KeyPair.generate("user");
  const servers = [placeOf(one), server.url];
  const took = await timeOf(async () => {
    const opened = (await openConnection({ servers, key, name: "test", timeoutMs: 20_000 })).take();
    if (!isErr(opened)) throw new Error("was let in");
    assertEquals(opened.error.code, "trellis.connection.unauthorized");
  });
  assert(took < 10_000, `it took ${took} ms`);
});

Deno.test("where the first that answer take nobody the others are asked", async () => {
  await using full = listenAndSay(infoLine({ version: "2.12.0" }), "close");
  await using other = listenAndSay("SSH-2.0-OpenSSH_9\r\n");
  await using server = await MessagingTestServer.start();
  // It greets when the others have: they are tried first.
  await using far = new TcpProxy(server.url, () => ({
    async fromServer(bytes) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return bytes;
    },
  }));
  for (const first of [full, other]) {
    const servers = [placeOf(first), far.url];
    const connection = (await openConnection({ servers, name: "test", timeoutMs: 2000 })).orThrow();
    const known = connection.getServers().map(({ listen }) => listen);
    assertEquals(known.toSorted(), [placeOf(first), new URL(far.url).host].toSorted());
    await connection.close();
  }
});
