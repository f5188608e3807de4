import { isErr, TransferError } from "@qlever-llc/trellis";
import { startTrellis } from "@qlever-llc/trellis/testing";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import desk from "../contracts/desk.ts";
import contract, { DocumentNotFoundError } from "../contracts/documents.ts";
import handlers from "../handlers/documents.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (name: string) => ({ name, contentType: "text/plain" });

Deno.test("a document comes back as it was uploaded, until it is removed", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const client = await trellis.client(contract);
  const { upload } = client.operation.documents;
  const { download, remove } = client.rpc.documents;

  for (const content of ["Dear Ada", "Dear Ada, again"]) {
    const ref = await upload.start(text("letters/a.txt"), { body: bytes(content) }).orThrow();
    const info = await ref.wait().orThrow();
    assertEquals([info.contentType, info.size], ["text/plain", content.length]);
    const answer = await download({ name: info.name }).orThrow();
    assertEquals(answer.info.size, info.size);
    assertEquals(await client.transfer(answer.file).bytes().orThrow(), bytes(content));
  }
  await remove({ name: "letters/a.txt" }).orThrow();
  const removed = await download({ name: "letters/a.txt" }).take();
  assert(isErr(removed));
  assertInstanceOf(removed.error, DocumentNotFoundError);
});

Deno.test("a large document is sent and fetched in pieces, and both sides see how far it is", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const client = await trellis.client(contract);
  const large = new Uint8Array(3_000_000).map((_, at) => at % 251);

  const told: number[] = [];
  const onTransfer = ({ sent }: { readonly sent: number }) => told.push(sent);
  const { upload } = client.operation.documents;
  const ref = await upload.start(text("large"), { body: large, onTransfer }).orThrow();
  await ref.wait().orThrow();
  assert(told.length > 5);
  assertEquals(told.at(-1), large.length);

  const { file } = await client.rpc.documents.download({ name: "large" }).orThrow();
  const range = { start: 1_000_000, end: 2_000_000 };
  const part = await client.transfer(file, { range }).bytes().orThrow();
  assertEquals(part, large.slice(range.start, range.end));
});

Deno.test("who uploads, sees and downloads documents on a page may do just that", async () => {
  await using trellis = await startTrellis({ services: [handlers], contracts: [desk] });
  const ada = await trellis.client(desk, { user: "ada" });
  const bob = await trellis.client(desk, { user: "bob" });
  const { documents } = ada.used;

  const feed = await documents.feed.documents.changes({}).orThrow();
  const changes = feed[Symbol.asyncIterator]();
  const next = async () => (await changes.next()).value?.value;
  const { start } = documents.operation.documents.upload;
  await start(text("a b.txt"), { body: bytes("Dear Bob") }).orThrow();
  assertEquals((await next())?.document?.size, 8);

  const { file } = await documents.rpc.documents.download({ name: "a b.txt" }).orThrow();
  const taken = await bob.transfer(file).bytes().take();
  assert(isErr(taken));
  assertInstanceOf(taken.error, TransferError);
  assertEquals(taken.error.reason, "not_found");
  await documents.rpc.documents.remove({ name: "a b.txt" }).orThrow();
  assertEquals(await next(), { name: "a b.txt" });
});

Deno.test("documents are listed page by page, and several of them are exported", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const client = await trellis.client(contract);
  const { documents } = client.rpc;
  for (const name of ["in/a", "in/b", "in/c", "out/a"]) {
    const ref = await client.operation.documents.upload.start(text(name), { body: bytes(name) })
      .orThrow();
    await ref.wait().orThrow();
  }

  const first = await documents.list({ prefix: "in/", limit: 2 }).orThrow();
  assertEquals(first.entries.map(({ name }) => name), ["in/a", "in/b"]);
  assertEquals([first.count, first.nextOffset], [3, 2]);
  const last = await documents.list({ prefix: "in/", limit: 2, offset: 2 }).orThrow();
  assertEquals([last.entries.length, last.nextOffset], [1, undefined]);

  const { file } = await documents.export({ names: ["out/a", "in/a"] }).orThrow();
  const exported = new TextDecoder().decode(await client.transfer(file).bytes().orThrow());
  const lines = exported.trim().split("\n");
  assertEquals(lines.map((line) => atob(JSON.parse(line).content)), ["out/a", "in/a"]);

  const missing = await documents.export({ names: ["in/a", "nothing"] }).take();
  assert(isErr(missing));
  assertInstanceOf(missing.error, DocumentNotFoundError);
});
