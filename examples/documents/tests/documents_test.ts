import { isErr } from "@qlever-llc/trellis";
import { startTrellis } from "@qlever-llc/trellis/testing";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import contract, { DocumentNotFoundError, DocumentRefusedError } from "../contracts/documents.ts";
import handlers from "../handlers/documents.ts";
import { MAX_DOCUMENT_BYTES } from "../schemas.ts";

const base64 = (text: string) => new TextEncoder().encode(text).toBase64();
const text = (name: string, content: string) => ({
  name,
  contentType: "text/plain",
  content: base64(content),
});

Deno.test("a document comes back as it was uploaded", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const { documents } = (await trellis.client(contract)).rpc;

  const info = await documents.upload(text("letters/a.txt", "Dear Ada")).orThrow();
  assertEquals([info.name, info.contentType, info.size], ["letters/a.txt", "text/plain", 8]);
  const document = await documents.get({ name: "letters/a.txt" }).orThrow();
  assertEquals(document, { info, content: base64("Dear Ada") });
});

Deno.test("a newer document takes the place of an older one, until it is removed", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const { documents } = (await trellis.client(contract)).rpc;

  await documents.upload(text("a.txt", "first")).orThrow();
  await documents.upload(text("a.txt", "second")).orThrow();
  assertEquals((await documents.get({ name: "a.txt" }).orThrow()).content, base64("second"));
  await documents.remove({ name: "a.txt" }).orThrow();
  const removed = await documents.get({ name: "a.txt" }).take();
  assert(isErr(removed));
  assertInstanceOf(removed.error, DocumentNotFoundError);
  assertEquals(removed.error.document, "a.txt");
});

Deno.test("what is too large or not base64 is refused", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const { documents } = (await trellis.client(contract)).rpc;

  const large = new Uint8Array(MAX_DOCUMENT_BYTES + 1).toBase64();
  for (const content of [large, "no base64!"]) {
    const refused = await documents.upload({ ...text("a.bin", ""), content }).take();
    assert(isErr(refused));
    assertInstanceOf(refused.error, DocumentRefusedError);
  }
  assertEquals((await documents.list({ limit: 10 }).orThrow()).count, 0);
});

Deno.test("documents are listed page by page", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const { documents } = (await trellis.client(contract)).rpc;
  for (const name of ["in/a", "in/b", "in/c", "out/a"]) {
    await documents.upload(text(name, name)).orThrow();
  }

  const first = await documents.list({ prefix: "in/", limit: 2 }).orThrow();
  assertEquals(first.entries.map(({ name }) => name), ["in/a", "in/b"]);
  assertEquals([first.count, first.nextOffset], [3, 2]);
  const last = await documents.list({ prefix: "in/", limit: 2, offset: 2 }).orThrow();
  assertEquals([last.entries.length, last.nextOffset], [1, undefined]);
});

Deno.test("an export holds several documents and lasts a day", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const { documents } = (await trellis.client(contract)).rpc;
  await documents.upload(text("a", "A")).orThrow();
  await documents.upload(text("b", "B")).orThrow();

  const { exportId, size, expiresAt } = await documents.export({ names: ["b", "a"] }).orThrow();
  const left = Date.parse(expiresAt) - Date.now();
  assert(left > 23 * 3_600_000 && left < 25 * 3_600_000);
  const { store } = await trellis.service(contract);
  const entry = await (await store.exports.open().orThrow()).get(exportId).orThrow();
  assertEquals(entry.info.size, size);
  const lines = new TextDecoder().decode(await entry.bytes().orThrow()).trim().split("\n");
  assertEquals(lines.map((line) => JSON.parse(line).content), [base64("B"), base64("A")]);

  const missing = await documents.export({ names: ["a", "nothing"] }).take();
  assert(isErr(missing));
  assertInstanceOf(missing.error, DocumentNotFoundError);
});
