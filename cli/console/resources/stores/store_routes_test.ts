import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readAuditEntry } from "../../../../reconcile/audit/audit_entry.ts";
import { appFor, posted } from "../../../../tests/support/console/console_app.ts";
import { adminVisitor } from "../../../../tests/support/console/console_visitor.ts";
import { provision } from "../../../../tests/support/deployed.ts";
import { documents } from "../../../../tests/support/documents_contract.ts";
import { RawStore } from "../../../../tests/support/nats/raw_stores.ts";
import { SecuredTrellis } from "../../../../tests/support/platform/secured_trellis.ts";
import { shared } from "../../../../tests/support/shared.ts";
import { openStoreAlias } from "../../../commands/store/open_store_alias.ts";
import { TypedStore } from "../../../../runtime/store/typed_store.ts";
import { resourcesRoutes } from "../resources_routes.tsx";

const UPLOADS = "/resources/documents/store/uploads";

const desk = shared(async () => {
  await using opened = new AsyncDisposableStack();
  const trellis = opened.use(await SecuredTrellis.start());
  await provision(trellis.authority, documents);
  const visitor = opened.use(await adminVisitor(trellis.server));
  const app = appFor(visitor, "/resources", resourcesRoutes());
  const store = (await openStoreAlias("documents", "uploads", visitor)).orThrow();
  const moved = opened.move();
  return {
    trellis,
    store,
    ask: async (path: string, init?: RequestInit) => await app.request(path, init),
    storeOf: (cause: string) => TypedStore.causedBy(store, cause),
    put: async (key: string, text: string | Uint8Array, contentType?: string) => {
      const body = typeof text === "string" ? new TextEncoder().encode(text) : text;
      (await store.put(key, body, contentType === undefined ? {} : { contentType })).orThrow();
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
});

const at = (page: string, key: string) => `${UPLOADS}/${page}?${new URLSearchParams({ key })}`;

Deno.test("objects are listed by pages and prefix, shown, and deleted after a question", async () => {
  const { store, storeOf, trellis, ask, put } = await desk();
  const keys = Array.from({ length: 60 }, (_, i) => `in/${String(i).padStart(2, "0")}`);
  await Promise.all(keys.map((key) => put(key, "some text", "text/plain")));
  await put("other/<img src=x>", "a", "text/plain");
  const first = await (await ask(`${UPLOADS}?prefix=in%2F`)).text();
  assertStringIncludes(first, "1 to 50 of 60 objects");
  assertStringIncludes(first, `href="${UPLOADS}?prefix=in%2F&amp;offset=50"`);
  const rest = await (await ask(`${UPLOADS}?prefix=in%2F&offset=50`)).text();
  assertStringIncludes(rest, "in/59");
  const hostile = await (await ask(UPLOADS + "?prefix=other")).text();
  assertStringIncludes(hostile, "other/&lt;img src=x>");
  assert(!hostile.includes("<img"), "escaped");

  const page = await (await ask(at("object", "in/07"))).text();
  assertMatch(page, /<code>some text<\/code>/);
  assert(!page.includes("Cause"), "nobody has said it");
  await storeOf("event:e-1/<b>").put("other/caused", new Uint8Array(1)).orThrow();
  const caused = await (await ask(at("object", "other/caused"))).text();
  assertStringIncludes(caused, "<code>event:e-1/&lt;b></code>");
  const asked = await (await ask(at("delete", "in/07"))).text();
  assertStringIncludes(asked, "is gone for good");
  assertEquals((await store.get("in/07")).isOk(), true);
  const gone = await ask(`${UPLOADS}/delete`, posted({ key: "in/07" }));
  assertEquals([gone.status, gone.headers.get("Location")], [303, UPLOADS]);
  assertEquals((await ask(at("object", "in/07"))).status, 404);
  assertEquals((await ask(`${UPLOADS}/delete`, posted({ key: "in/07" }))).status, 404);
  const told = (await trellis.platform.audit.read()).orThrow().map(readAuditEntry).at(-1);
  assertEquals([told?.kind, told?.by, told?.subject, told?.details?.key], [
    "store.deleted",
    "admin:local",
    "documents",
    "in/07",
  ]);
});

Deno.test("an index entry that cannot be read is said, and the others are shown", async () => {
  const { trellis, ask, put } = await desk();
  for (const key of ["mixed/a", "mixed/b", "mixed/c"]) await put(key, "text");
  const { bindings } = (await trellis.authority.show("documents")).orThrow().materialized!;
  const raw = new RawStore(trellis.messaging.connection, bindings.store!.uploads!.name);
  await raw.setEntry("mixed/b", "{}");
  const page = await ask(`${UPLOADS}?prefix=mixed`);
  const html = await page.text();
  assertEquals(page.status, 200);
  for (const text of ["mixed/a", "mixed/c", "the index entry of mixed/b is not what Trellis"]) {
    assertStringIncludes(html, text);
  }
  assertStringIncludes(html, "2 objects");
});

Deno.test("nothing that is stored runs in a browser", async () => {
  const { ask, put } = await desk();
  const page = "<script>alert(1)</script>";
  await put("page.html", page, "text/html");
  await put(
    "drawing.svg",
    `<svg xmlns="http://www.w3.org/2000/svg">${page}</svg>`,
    "image/svg+xml",
  );
  await put("dot.png", Uint8Array.of(137, 80, 78, 71), "IMAGE/PNG; x=y");
  for (const key of ["page.html", "drawing.svg"]) {
    const html = await (await ask(at("object", key))).text();
    assertStringIncludes(html, "&lt;script>");
    assert(!html.includes("<script>alert"), key);
    assertEquals((await ask(at("picture", key))).status, 404);
  }
  const shown = await (await ask(at("object", "dot.png"))).text();
  assertStringIncludes(shown, `src="${UPLOADS}/picture?key=dot.png"`);
  const picture = await ask(at("picture", "dot.png"));
  assertEquals(picture.headers.get("Content-Type"), "image/png");
  const saved = await ask(at("download", "page.html"));
  assertEquals([saved.status, await saved.text()], [200, page]);
  assertEquals(saved.headers.get("Content-Type"), "application/octet-stream");
  for (const { headers } of [picture, saved]) {
    assertEquals(headers.get("X-Content-Type-Options"), "nosniff");
    assertMatch(headers.get("Content-Security-Policy") ?? "", /default-src 'none'; sandbox/);
  }
  await picture.body?.cancel();
});

Deno.test("a download is saved under the name of its key, whatever that is", async () => {
  const { ask, put } = await desk();
  for (
    const [key, name] of [['a/"b\\; x=y', "%22b_%3B%20x%3Dy"], ["größe.txt", "gr%C3%B6%C3%9Fe.txt"]]
  ) {
    await put(key ?? "", "a");
    const { headers, body } = await ask(at("download", key ?? ""));
    const disposition = headers.get("Content-Disposition") ?? "";
    assertMatch(disposition, /^attachment; filename="[\w.-]+"; filename\*=UTF-8''[\w.%-]+$/);
    assertStringIncludes(disposition, `UTF-8''${name}`);
    await body?.cancel();
  }
});

Deno.test("of a large object a page shows the beginning, and a download has all, piece by piece", async () => {
  const { store, ask } = await desk();
  const piece = new TextEncoder().encode("0123456789abcdef".repeat(32 * 1024));
  const pieces = 8;
  async function* body() {
    for (let i = 0; i < pieces; i++) yield piece;
  }
  (await store.put("large.txt", body(), { contentType: "text/plain" })).orThrow();
  const html = await (await ask(at("object", "large.txt"))).text();
  assertStringIncludes(html, "Only the first 64 KiB are shown");
  assert(html.length < 100 * 1024, `${html.length}`);
  const { body: stream, headers } = await ask(at("download", "large.txt"));
  assertEquals(headers.get("Content-Length"), String(piece.length * pieces));
  // It comes piece by piece.
  let [read, chunks] = [0, 0];
  for await (const chunk of stream ?? []) {
    read += chunk.length;
    chunks++;
  }
  assertEquals(read, piece.length * pieces);
  assert(chunks >= pieces, `${chunks}`);
});

Deno.test("stores and keys that are not there are answered on the page", async () => {
  const { ask } = await desk();
  const paths = [
    at("object", "never"),
    at("download", "never"),
    "/resources/documents/store/absent",
  ];
  for (const path of paths) assertEquals((await ask(path)).status, 404, path);
  assertEquals((await ask(at("object", ""))).status, 422);
  const previews = await (await ask("/resources/documents/store/previews")).text();
  assertStringIncludes(previews, "Nothing is stored yet.");
});
