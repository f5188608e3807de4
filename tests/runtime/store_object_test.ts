import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import type { Result, StoreBody, StoreError } from "../../mod.ts";
import { bytesOf, collect, pieces, StoreServer } from "../support/store_server.ts";

const MIB = 1 << 20;

function reasonOf(result: Result<unknown, StoreError>): string {
  return result.isErr() ? result.error.reason : "ok";
}

Deno.test("what is stored is an ordinary object of a NATS object store", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const bytes = bytesOf(3 * MIB + 7);
  await store.put("reports/ä.pdf", bytes, { contentType: "application/pdf", metadata: { by: "x" } })
    .orThrow();
  const { object } = (await test.raw.entry("reports/ä.pdf"))!;
  assertEquals(await test.raw.blob(object), bytes);
  assertEquals(await test.raw.listed(), [
    { name: object, size: bytes.length, description: "reports/ä.pdf", metadata: { by: "x" } },
  ]);
});

Deno.test("bodies of every size come back, chunk boundaries included", async () => {
  await using test = await StoreServer.start({ server: { maxPayload: 5120 } });
  const store = await test.open();
  // The server takes 5120 bytes in a message, of which the headers may use 1024.
  for (const size of [0, 1, 4095, 4096, 4097, 8192, 100_001]) {
    const bytes = bytesOf(size, size + 1);
    for (const [kind, body] of [["bytes", bytes], ["pieces", pieces(bytes, 1000)]] as const) {
      await store.put(kind, body).orThrow();
      const entry = await store.get(kind).orThrow();
      assertEquals(entry.info.size, size);
      assertEquals(await entry.bytes().orThrow(), bytes);
      assertEquals(await collect(await entry.stream().orThrow()), bytes);
    }
  }
  assertEquals(await test.raw.chunks() > 0, true);
});

Deno.test("a source may use the memory of its pieces again", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const memory = new Uint8Array(1000);
  async function* reusing(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 5; i++) yield memory.fill(i);
  }
  await store.put("a", reusing()).orThrow();
  const expected = Uint8Array.from({ length: 5000 }, (_, i) => Math.floor(i / 1000));
  assertEquals(await (await store.get("a").orThrow()).bytes().orThrow(), expected);
});

Deno.test("a body that is none is refused, one that fails leaves nothing behind", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("a", bytesOf(10)).orThrow();
  const locked = new ReadableStream<Uint8Array>();
  locked.getReader();
  // What untyped code could pass.
  for (const body of ["text", 7, null, [1], {}, new ArrayBuffer(1), locked] as StoreBody[]) {
    assertEquals(reasonOf(await store.put("a", body)), "invalid_body");
  }
  async function* texts(): AsyncGenerator<Uint8Array> {
    yield bytesOf(600_000);
    yield ["text"] as object as Uint8Array;
  }
  assertEquals(reasonOf(await store.put("a", texts())), "invalid_body");
  const cause = new Error("the disk is gone");
  const failed = await store.put("a", pieces(bytesOf(3 * MIB), 100_000, cause));
  assert(failed.isErr());
  assertEquals([failed.error.reason, failed.error.cause], ["body_failed", cause]);
  assertMatch(failed.error.message, /^put "a" in store uploads: .*the disk is gone/);
  assertEquals(await (await store.get("a").orThrow()).bytes().orThrow(), bytesOf(10));
  assertEquals((await store.list({ limit: 9 }).orThrow()).count, 1);
  // Nothing of the others takes room: one chunk of the first object, and empty marks of the failed ones.
  const { bytes } = await store.status().orThrow();
  assert(bytes < 10_000, `${bytes}`);
});

Deno.test("a refused write lets go of its body", async () => {
  await using test = await StoreServer.start({ maxObjectBytes: 1000 });
  const store = await test.open();
  await store.put("a", bytesOf(10)).orThrow();
  const stopped = { stream: 0, generator: 0 };
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(bytesOf(400)),
      cancel: () => void stopped.stream++,
    });
  async function* forever(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield bytesOf(400);
    } finally {
      stopped.generator++;
    }
  }
  assertEquals(reasonOf(await store.create("a", endless())), "exists");
  assertEquals(reasonOf(await store.put("b", endless())), "too_large");
  assertEquals(reasonOf(await store.put("b", forever())), "too_large");
  assertEquals(stopped, { stream: 2, generator: 1 });
  assertEquals(reasonOf(await store.get("b")), "not_found");
});

Deno.test("content type and metadata have limits, and nothing is stored beyond them", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const refused: object[] = [
    { contentType: "" },
    { contentType: "a\r\nb" },
    { contentType: "ü" },
    { contentType: "x".repeat(256) },
    { contentType: 7 },
    { metadata: { a: 1 } },
    { metadata: { a: undefined } },
    { metadata: { "": "a" } },
    { metadata: { a: "\ud800" } },
    { metadata: ["a"] },
    { metadata: "a" },
    { metadata: { a: "x".repeat(8192) } },
  ];
  for (const options of refused) {
    assertEquals(reasonOf(await store.put("a", bytesOf(1), options)), "invalid_metadata");
  }
  assertEquals(reasonOf(await store.get("a")), "not_found");
  const metadata: Record<string, string> = { constructor: "x".repeat(8100), "ä b": "" };
  Object.defineProperty(metadata, "__proto__", { value: "p", enumerable: true });
  await store.put("a", bytesOf(1), { metadata }).orThrow();
  const { info } = await store.get("a").orThrow();
  assertEquals(Object.entries(info.metadata), Object.entries(metadata));
});

Deno.test("timeouts and signals that are none are refused", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("a", bytesOf(1)).orThrow();
  const entry = await store.get("a").orThrow();
  for (const timeoutMs of [0, -1, NaN, Infinity, 1e9]) {
    for (
      const result of [
        await store.put("a", bytesOf(1), { timeoutMs }),
        await store.get("a", { timeoutMs }),
        await entry.bytes({ timeoutMs }),
        await entry.stream({ timeoutMs }),
      ]
    ) assertEquals(reasonOf(result), "invalid_option", `${timeoutMs}`);
  }
  const untyped: object[] = [
    { timeoutMs: -1 },
    { timeoutMs: NaN },
    { pollIntervalMs: 0 },
    { pollIntervalMs: NaN },
    { pollIntervalMs: Infinity },
    { signal: {} },
  ];
  for (const options of untyped) {
    assertEquals(reasonOf(await store.waitFor("a", options)), "invalid_option");
  }
});

Deno.test("of 16 that create one key at the same time, one succeeds", async () => {
  await using test = await StoreServer.start();
  const stores = await Promise.all(Array.from({ length: 4 }, () => test.open()));
  const results = await Promise.all(
    Array.from({ length: 16 }, (_, i) => stores[i % 4]!.create("a", bytesOf(600_000, i))),
  );
  const winners = results.flatMap((result, i) => result.isOk() ? [i] : []);
  assertEquals(winners.length, 1);
  for (const result of results) {
    if (result.isErr()) assertEquals(result.error.reason, "exists");
  }
  const stored = await (await stores[0]!.get("a").orThrow()).bytes().orThrow();
  assertEquals(stored, bytesOf(600_000, winners[0]));
  // The others removed what they had written.
  assertEquals((await test.raw.listed()).length, 1);
});

Deno.test("of 16 that put one key at the same time, all succeed and one is last", async () => {
  await using test = await StoreServer.start();
  const stores = await Promise.all(Array.from({ length: 4 }, () => test.open()));
  const results = await Promise.all(
    Array.from({ length: 16 }, (_, i) => stores[i % 4]!.put("a", bytesOf(600_000, i))),
  );
  for (const result of results) result.orThrow();
  const stored = await (await stores[0]!.get("a").orThrow()).bytes().orThrow();
  const matches = Array.from({ length: 16 }, (_, i) => bytesOf(600_000, i))
    .filter((bytes) => bytes.every((byte, at) => byte === stored[at]));
  assertEquals(matches.length, 1);
  assertEquals((await stores[0]!.list({ limit: 9 }).orThrow()).count, 1);
});

Deno.test("an object is there as a whole or not at all while it is put and deleted", async () => {
  await using test = await StoreServer.start();
  const [writer, deleter, reader] = [await test.open(), await test.open(), await test.open()];
  let writing = true;
  const puts = (async () => {
    for (let i = 0; i < 60; i++) await writer.put("a", bytesOf(700_000, i)).orThrow();
    writing = false;
  })();
  const deletes = (async () => {
    while (writing) await deleter.delete("a").orThrow();
  })();
  const seen = { found: 0, missing: 0 };
  while (writing) {
    const entry = await reader.get("a");
    if (entry.isErr()) {
      assertEquals(entry.error.reason, "not_found");
      seen.missing++;
      continue;
    }
    assertEquals((await entry.value.bytes().orThrow()).length, 700_000);
    seen.found++;
  }
  await Promise.all([puts, deletes]);
  await writer.put("a", bytesOf(5)).orThrow();
  assertEquals(await (await reader.get("a").orThrow()).bytes().orThrow(), bytesOf(5));
  assert(seen.found + seen.missing > 0);
});

Deno.test("readers finish what they have begun while the key is overwritten 100 times", async () => {
  await using test = await StoreServer.start();
  const [writer, reader] = [await test.open(), await test.open()];
  const first = bytesOf(4 * MIB, 1);
  await writer.put("a", first).orThrow();
  const entry = await reader.get("a").orThrow();
  const stream = await entry.stream().orThrow();
  const reading = collect(stream);
  let at = 1;
  const others = (async () => {
    while (at < 100) {
      const { info } = await reader.get("a").orThrow();
      assert(info.size > 0);
    }
  })();
  for (at = 2; at <= 100; at++) await writer.put("a", bytesOf(600_000, at)).orThrow();
  assertEquals(await reading, first);
  await others;
  assertEquals(await (await reader.get("a").orThrow()).bytes().orThrow(), bytesOf(600_000, 100));
  // What it had found at the start can still be read.
  assertEquals(await entry.bytes().orThrow(), first);
});

Deno.test("nobody gets bytes that were tampered with as if they were right", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const small = bytesOf(1000);
  const large = bytesOf(2 * MIB);
  const cases: [string, Uint8Array, (object: string) => Promise<void>][] = [
    ["same size", small, (object) => test.raw.tamper(object, bytesOf(1000, 9))],
    ["shorter", small, (object) => test.raw.tamper(object, bytesOf(999))],
    ["longer", small, (object) => test.raw.tamper(object, bytesOf(2000))],
    ["other chunks", large, (object) => test.raw.tamper(object, bytesOf(1000))],
    ["empty", large, (object) => test.raw.tamper(object, new Uint8Array(0))],
    ["gone", small, (object) => test.raw.purge(object)],
    ["all gone", large, (object) => test.raw.purge(object)],
  ];
  for (const [name, bytes, tamper] of cases) {
    await store.put("a", bytes).orThrow();
    await tamper((await test.raw.entry("a"))!.object);
    const entry = await store.get("a").orThrow();
    assertEquals(reasonOf(await entry.bytes()), "corrupt", name);
    const stream = await entry.stream();
    if (stream.isErr()) {
      assertEquals(stream.error.reason, "corrupt", name);
      continue;
    }
    let ended = false;
    try {
      await collect(stream.orThrow());
      ended = true;
    } catch (error) {
      assertEquals((error as StoreError).reason, "corrupt", name);
    }
    assertFalse(ended, name);
  }
});

Deno.test("only the last chunk tells that others were changed, and it is held back", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const bytes = bytesOf(2 * MIB);
  await store.put("a", bytes).orThrow();
  const { object } = (await test.raw.entry("a"))!;
  const half = 512 << 10;
  await test.raw.tamper(object, bytes.slice(0, half).fill(0));
  for (let at = half; at < bytes.length; at += half) {
    await test.raw.append(object, bytes.slice(at, at + half));
  }
  const entry = await store.get("a").orThrow();
  let received = 0;
  try {
    for await (const chunk of await entry.stream().orThrow()) received += chunk.length;
    received = -1;
  } catch (error) {
    assertEquals((error as StoreError).reason, "corrupt");
  }
  assert(received >= 0 && received < bytes.length, `${received}`);
});

Deno.test("an index entry that Trellis did not write is an error, and can be put over", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const fine = { size: 1, chunks: 1, digest: "SHA-256=", metadata: {} };
  const texts = [
    "not JSON",
    "[]",
    "{}",
    JSON.stringify({ ...fine, object: "../../a" }),
    JSON.stringify({ ...fine, object: "01ARZ3NDEKTSV4RRFFQ69G5FAV", size: -1 }),
    JSON.stringify({ ...fine, object: "01ARZ3NDEKTSV4RRFFQ69G5FAV", metadata: { a: 1 } }),
  ];
  for (const text of texts) {
    await test.raw.setEntry("a", text);
    assertEquals(reasonOf(await store.get("a")), "corrupt", text);
    assertEquals(reasonOf(await store.list({ limit: 1 })), "corrupt", text);
  }
  await store.put("a", bytesOf(3)).orThrow();
  assertEquals(await (await store.get("a").orThrow()).bytes().orThrow(), bytesOf(3));
  await test.raw.setEntry("a", "{}");
  await store.delete("a").orThrow();
  assertEquals(reasonOf(await store.get("a")), "not_found");
  // A size that no memory holds.
  const object = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  await test.raw.setEntry("b", JSON.stringify({ ...fine, object, size: 2 ** 52 }));
  const entry = await store.get("b").orThrow();
  assertEquals(reasonOf(await entry.bytes()), "too_large");
});

Deno.test("links are never followed: nothing leads out of what the index names", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await test.raw.putForeign("secret", bytesOf(10));
  await test.raw.link("01ARZ3NDEKTSV4RRFFQ69G5FAV", "secret");
  const record = { object: "01ARZ3NDEKTSV4RRFFQ69G5FAV", size: 10, chunks: 1, metadata: {} };
  await test.raw.setEntry("a", JSON.stringify({ ...record, digest: "SHA-256=" }));
  const entry = await store.get("a").orThrow();
  assertEquals(reasonOf(await entry.bytes()), "corrupt");
  assertEquals(reasonOf(await store.get("secret")), "not_found");
});

Deno.test("a full store says so, keeps what it has, and takes more when there is room", async () => {
  await using test = await StoreServer.start({ maxTotalBytes: 3 * MIB });
  const store = await test.open();
  await store.put("a", bytesOf(2 * MIB)).orThrow();
  const full = await store.put("b", bytesOf(2 * MIB));
  assert(full.isErr());
  assertEquals([full.error.reason, full.error.retryable], ["full", false]);
  assertMatch(full.error.message, /maxTotalBytes/);
  assertMatch(full.error.message, /replaced or deleted makes room/);
  assertEquals(reasonOf(await store.get("b")), "not_found");
  assertEquals(await (await store.get("a").orThrow()).bytes().orThrow(), bytesOf(2 * MIB));
  // Deleting is possible, and makes room for the next object.
  await store.delete("a").orThrow();
  await store.put("b", bytesOf(2 * MIB)).orThrow();
});

Deno.test("a store takes overwrites without end, of writers that know nothing of each other", async () => {
  await using test = await StoreServer.start({ maxTotalBytes: 5 * MIB });
  const stores = [await test.open(), await test.open()];
  for (let i = 0; i < 12; i++) await stores[i % 2]!.put("a", bytesOf(MIB, i)).orThrow();
  const streamed = ReadableStream.from([bytesOf(MIB, 12)]);
  await stores[0]!.put("a", streamed).orThrow();
  const entry = await stores[1]!.get("a").orThrow();
  assertEquals(await entry.bytes().orThrow(), bytesOf(MIB, 12));
});

Deno.test("a store that is full to the last byte can be emptied by deleting", async () => {
  await using test = await StoreServer.start({ maxTotalBytes: 16_000 });
  const store = await test.open();
  let stored = 0;
  while ((await store.put(`${stored}`, bytesOf(0))).isOk()) stored++;
  assert(stored > 10);
  for (let i = 0; i < stored; i++) await store.delete(`${i}`).orThrow();
  for (let i = 0; i < stored; i++) await store.put(`${i}`, bytesOf(0)).orThrow();
});

Deno.test("making room leaves what is being read, and the reader gets all of it", async () => {
  await using test = await StoreServer.start({ maxTotalBytes: 20 * MIB });
  const store = await test.open();
  await store.put("a", bytesOf(12 * MIB)).orThrow();
  const entry = await store.get("a").orThrow();
  const stream = ReadableStream.from(await entry.stream().orThrow());
  const reader = stream.getReader();
  let received = (await reader.read()).value?.length ?? 0;
  await store.delete("a").orThrow();
  const refused = await (await test.open()).put("b", bytesOf(12 * MIB));
  assertEquals(reasonOf(refused), "full");
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    received += next.value.length;
  }
  assertEquals(received, 12 * MIB);
  await store.put("b", bytesOf(12 * MIB)).orThrow();
});

Deno.test("a stream may be left before its end, and read again", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  await store.put("a", bytesOf(20 * MIB)).orThrow();
  const entry = await store.get("a").orThrow();
  for (let i = 0; i < 3; i++) {
    for await (const chunk of await entry.stream().orThrow()) {
      assert(chunk.length > 0);
      break;
    }
  }
  assertEquals((await entry.bytes().orThrow()).length, 20 * MIB);
});

Deno.test("large stores are listed by prefix, page by page, in the order of their keys", async () => {
  await using test = await StoreServer.start();
  const store = await test.open();
  const keys = Array.from({ length: 600 }, (_, i) => `${i % 3}/${String(i).padStart(4, "0")}.é`);
  for (let at = 0; at < keys.length; at += 50) {
    await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, bytesOf(8)).orThrow()));
  }
  const found: string[] = [];
  for (let offset: number | undefined = 0; offset !== undefined;) {
    const page: { entries: { key: string }[]; count: number; nextOffset?: number } = await store
      .list({ prefix: "1/", offset, limit: 70 }).orThrow();
    assertEquals(page.count, 200);
    found.push(...page.entries.map(({ key }) => key));
    offset = page.nextOffset;
  }
  assertEquals(found, keys.filter((key) => key.startsWith("1/")).sort());
  assertEquals((await store.list({ prefix: "1/0001", limit: 5 }).orThrow()).count, 1);
  assertEquals((await store.list({ prefix: "3", limit: 5 }).orThrow()).count, 0);
  await store.delete("1/0001.é").orThrow();
  assertEquals((await store.list({ prefix: "1/", limit: 0 }).orThrow()).count, 199);
});
