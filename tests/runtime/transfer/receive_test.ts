/** Files that are granted and fetched, on one server. */
import { assert, assertEquals } from "@std/assert";
import { TrellisClient } from "../../../mod.ts";
import { connect, provision } from "../../support/deployed.ts";
import { shared } from "../../support/shared.ts";
import { bytesOf, collect } from "../../support/store_server.ts";
import { downloadHandlers, downloads, reader } from "../../support/transfers/downloads.ts";
import { TrellisServer } from "../../support/trellis_server.ts";

/** Several chunks, and a last one that is not full. */
const LARGE = bytesOf((5 << 20) + 12_345);

const place = shared(async () => {
  const server = await TrellisServer.start();
  await provision(await server.authority(), downloads);
  const service = await connect(server, downloads, downloadHandlers);
  const files = await service.store.files.open().orThrow();
  await files.put("large", LARGE, { contentType: "text/plain" }).orThrow();
  await files.put("small", LARGE.subarray(0, 10)).orThrow();
  await files.put("empty", new Uint8Array()).orThrow();
  return {
    server,
    service,
    files,
    async [Symbol.asyncDispose]() {
      await service.stop();
      await server[Symbol.asyncDispose]();
    },
  };
});

async function call() {
  const { server } = await place();
  return await TrellisClient.connect({ contract: reader, trellisUrl: server.url }).orThrow();
}

Deno.test("what was granted is fetched as bytes, as a stream, and into what is written to", async () => {
  await using client = await call();
  for (
    const [path, expected] of [["large", LARGE], ["small", LARGE.subarray(0, 10)], [
      "empty",
      new Uint8Array(),
    ]] as const
  ) {
    const { file } = await client.rpc.files.download({ path }).orThrow();
    assertEquals([file.size, file.surface], [expected.length, "rpc.v1.Files.Download"]);
    const progress: number[] = [];
    const onProgress = ({ received, size }: { received: number; size: number }) => {
      assertEquals(size, expected.length);
      progress.push(received);
    };
    const download = client.transfer(file, { onProgress });
    assertEquals(await download.bytes().orThrow(), expected, path);
    assertEquals(progress, progress.toSorted((a, b) => a - b));
    if (expected.length > 0) assertEquals(progress.at(-1), expected.length);
    assertEquals(await collect(await download.stream().orThrow()), expected);
    const written: Uint8Array[] = [];
    let isClosed = false;
    const writable = new WritableStream<Uint8Array<ArrayBuffer>>({
      write: (bytes) => void written.push(bytes.slice()),
      close: () => void (isClosed = true),
    });
    assertEquals(await download.to(writable).orThrow(), expected.length);
    assert(isClosed);
    assertEquals(new Uint8Array(await new Blob(written as BlobPart[]).arrayBuffer()), expected);
  }
});
