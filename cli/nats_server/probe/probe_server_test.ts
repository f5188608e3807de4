import { assert, assertEquals } from "@std/assert";
import { isErr } from "../../../contracts/result.ts";
import {
  freePort,
  infoLine,
  listenAndSay,
  start,
  temporaryDir,
} from "../../../tests/support/server_process.ts";
import { type ProbeError, probeServer } from "./probe_server.ts";

async function probeFailure(port: number, timeoutMs: number): Promise<ProbeError["kind"]> {
  const found = (await probeServer("127.0.0.1", port, timeoutMs)).take();
  assert(isErr(found));
  return found.error.kind;
}

Deno.test("a real server is known by its greeting", async () => {
  await using dir = await temporaryDir();
  await using server = await start(dir.path, { name: "named", maxPayload: 2_000_000 });
  const identity = (await probeServer("127.0.0.1", server.port, 1000)).orThrow();
  assertEquals(identity.version, server.version);
  assertEquals(identity.serverName, "named");
  assertEquals(identity.maxPayload, 2_000_000);
  assertEquals([identity.jetstream, identity.authRequired, identity.tlsRequired], [
    true,
    false,
    false,
  ]);
});

Deno.test("nothing that listens is refused", async () => {
  assertEquals(await probeFailure(freePort(), 1000), "refused");
});

Deno.test("silence is no NATS server, and the wait for it ends", async () => {
  await using silent = listenAndSay(undefined);
  const begin = performance.now();
  assertEquals(await probeFailure(silent.port, 100), "not_nats");
  assert(performance.now() - begin < 30_000);
});

Deno.test("an HTTP server is no NATS server", async () => {
  await using web = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    return new Response("hello");
  });
  assertEquals(await probeFailure(web.addr.port, 100), "not_nats");
});

Deno.test("other greetings are reported at once, long before the timeout", async () => {
  const greetings = [
    "SSH-2.0-OpenSSH_9.6\r\n",
    "INFO\r\n",
    "INFO {not json}\r\n",
    "INFO []\r\n",
    "INFO {}\r\n",
    `INFO {"server_id":1,"version":2}\r\n`,
    "a greeting without an end",
    new Uint8Array([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46]),
    "INFO " + "x".repeat(100_000),
  ];
  for (const greeting of greetings) {
    await using other = listenAndSay(greeting);
    assertEquals(await probeFailure(other.port, 30_000), "not_nats");
  }
});

Deno.test("a connection that is closed without a greeting is no NATS server", async () => {
  await using rude = listenAndSay(undefined, "close");
  assertEquals(await probeFailure(rude.port, 30_000), "not_nats");
  await using broken = listenAndSay("INFO {", "close");
  assertEquals(await probeFailure(broken.port, 30_000), "not_nats");
});

Deno.test("what a greeting leaves out is off", async () => {
  await using old = listenAndSay(infoLine({ version: "2.9.10", server_name: undefined }));
  const identity = (await probeServer("127.0.0.1", old.port, 30_000)).orThrow();
  assertEquals(identity, {
    version: "2.9.10",
    serverId: "NID",
    serverName: "NID",
    jetstream: false,
    maxPayload: 1048576,
    authRequired: false,
    tlsRequired: false,
    tlsAvailable: false,
  });
});
