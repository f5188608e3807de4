/** What breaks while a file is fetched, each on a server of its own. */
import { assert, assertEquals } from "@std/assert";
import { type FileDownload, isErr, TransferError, TrellisClient } from "../../../mod.ts";
import { connect, provision } from "../../support/deployed.ts";
import { SpokenProcess } from "../../support/spoken_process.ts";
import { bytesOf } from "../../support/store_server.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { downloadHandlers, downloads, reader } from "../../support/transfers/downloads.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

const MIB = 1 << 20;
const INSTANCE = new URL("../../support/transfers/download_process.ts", import.meta.url);
/** Several windows. */
const FILE = bytesOf(30 * MIB + 77);

/** A server with the file, and an instance that serves it. */
async function start() {
  const server = await TrellisServer.start();
  await provision(await server.authority(), downloads);
  const service = await connect(server, downloads, downloadHandlers);
  const files = await service.store.files.open().orThrow();
  await files.put("file", FILE).orThrow();
  return { server, service, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function open(trellisUrl: string) {
  const client = await TrellisClient.connect({ contract: reader, trellisUrl }).orThrow();
  const grant = async () => (await client.rpc.files.download({ path: "file" }).orThrow()).file;
  return { client, grant, [Symbol.asyncDispose]: () => client.close() };
}

/** Fetches all of a file, and does something when a part of it has been read. */
async function fetchWhile(download: FileDownload, act: () => Promise<unknown>): Promise<void> {
  const room = new Uint8Array(FILE.length);
  let filled = 0;
  let acting: Promise<unknown> | undefined;
  for await (const chunk of await download.stream().orThrow()) {
    room.set(chunk, filled);
    filled += chunk.length;
    if (filled > 3 * MIB) acting ??= act();
    // What was on its way is read before it is over.
    if (filled > 5 * MIB) await acting;
  }
  assertEquals([filled, acting === undefined], [FILE.length, false]);
  assert(room.every((byte, i) => byte === FILE[i]));
}

Deno.test("a file is fetched on, of another instance, when the one that has granted it is killed", async () => {
  await using at = await start();
  await using first = SpokenProcess.start(INSTANCE, at.server.url);
  await until(() => first.hasSaid("serving"), "the first instance serves");
  await at.service.stop();
  await using reading = await open(at.server.url);
  const { client } = reading;
  const grant = await reading.grant();
  await using second = new AsyncDisposableStack();
  await fetchWhile(client.transfer(grant), async () => {
    first.signal("SIGKILL");
    await first.ended();
    second.use(await connect(at.server, downloads, downloadHandlers));
  });
  await second.disposeAsync();
  const failed = await client.transfer(grant, { stallMs: 300 }).bytes().take();
  assert(isErr(failed) && failed.error instanceof TransferError, String(failed));
  assertEquals([failed.error.reason, failed.error.retryable], ["unavailable", true]);
});

Deno.test("a file is fetched on when the server is killed and comes back, and when the connection breaks", async () => {
  await using at = await start();
  await using proxy = new TcpProxy(at.server.url, () => ({}));
  {
    await using reading = await open(proxy.url);
    const { client } = reading;
    await fetchWhile(client.transfer(await reading.grant()), async () => {
      const { since } = client.connection;
      proxy.cut();
      // It may be back before anybody has seen that it was gone.
      await until(() => client.connection.since !== since, "the loss is noticed");
    });
  }
  await using reading = await open(at.server.url);
  await fetchWhile(reading.client.transfer(await reading.grant()), async () => {
    await at.server.kill();
    await at.server.startAgain();
  });
  await at.service.stop();
});

Deno.test("who reads slowly holds little of a file in memory, and the service none of it", async () => {
  await using at = await start();
  const received = { client: 0, service: 0 };
  const counting = (whose: keyof typeof received) =>
    new TcpProxy(at.server.url, () => ({
      fromServer: (bytes) => {
        received[whose] += bytes.length;
        return bytes;
      },
    }));
  await using ofClient = counting("client");
  await using ofService = counting("service");
  await at.service.stop();
  await using _service = await connect(at.server, downloads, downloadHandlers, {
    trellisUrl: ofService.url,
  });
  await using reading = await open(ofClient.url);
  const stream = await reading.client.transfer(await reading.grant()).stream().orThrow();
  let taken = 0;
  for await (const chunk of stream) {
    taken += chunk.length;
    if (taken % MIB > 0) continue;
    // What is on its way comes while the reader does something else.
    await reading.grant();
    const ahead = received.client - taken;
    assert(ahead < 18 * MIB, `${ahead} bytes are there that nobody has read`);
  }
  assertEquals(taken, FILE.length);
  assert(received.client >= taken);
  assert(received.service < MIB, `${received.service} bytes have come to the service`);
});
