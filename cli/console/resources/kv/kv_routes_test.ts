import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../../../mod.ts";
import type { Visitor } from "../../visitor.ts";
import { readAuditEntry } from "../../../../reconcile/audit/audit_entry.ts";
import { appFor, posted } from "../../../../tests/support/console/console_app.ts";
import { adminVisitor } from "../../../../tests/support/console/console_visitor.ts";
import { provision } from "../../../../tests/support/deployed.ts";
import { RawBuckets } from "../../../../tests/support/nats/raw_buckets.ts";
import { SecuredTrellis } from "../../../../tests/support/platform/secured_trellis.ts";
import { shared } from "../../../../tests/support/shared.ts";
import { openKvAlias } from "../../../commands/kv/open_kv_alias.ts";
import { resourcesRoutes } from "../resources_routes.tsx";

const Order = Type.Object({
  title: Type.String({ title: "What it is called", maxLength: 200 }),
  lines: Type.Array(Type.Object({ count: Type.Integer({ minimum: 1 }) })),
});

const orders = defineServiceContract({ schemas: { Order } }, (ref) => ({
  id: "orders-service@v1",
  displayName: "Orders",
  description: "Keeps orders.",
  events: { "Order.Placed": { version: "v1", event: ref.schema("Order") } },
  resources: {
    kv: {
      orders: { purpose: "Orders <by> number", schema: ref.schema("Order"), history: 5 },
      many: { purpose: "Many", schema: ref.schema("Order") },
      latest: {
        purpose: "Latest of each title",
        schema: ref.schema("Order"),
        projection: { self: ["Order.Placed"], key: "/title" },
      },
    },
  },
}));

const BUCKET = "/resources/orders-service/kv/orders";

/** A secured Trellis with orders, and its admin in front of the Console. */
const desk = shared(async () => {
  await using opened = new AsyncDisposableStack();
  const trellis = opened.use(await SecuredTrellis.start());
  await provision(trellis.authority, orders);
  const visitor = opened.use(await adminVisitor(trellis.server));
  const app = appFor(visitor, "/resources", resourcesRoutes());
  const moved = opened.move();
  return {
    trellis,
    visitor,
    get: async (path: string) => await pageOf(await app.request(path)),
    post: async (path: string, form: Readonly<Record<string, string>>) =>
      await pageOf(await app.request(path, posted(form))),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
});

async function pageOf(response: Response) {
  return {
    status: response.status,
    location: response.headers.get("Location"),
    html: await response.text(),
  };
}

async function bucket(visitor: Visitor, alias = "orders") {
  return (await openKvAlias({ service: "orders-service", alias }, visitor)).orThrow();
}

/** An order as it is typed. */
const order = (title: string, count = 1) => JSON.stringify({ title, lines: [{ count }] });

/** What an input or a text area of a page holds. */
function typedIn(html: string, name: string): string | undefined {
  const found = new RegExp(
    `name="${name}"[^>]*>([^<]*)</textarea>|name="${name}" value(?:="([^"]*)")?`,
  )
    .exec(html);
  if (found === null) return undefined;
  const text = found[1] ?? found[2] ?? "";
  return text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&");
}

/** What the audit history tells of the bucket. */
async function told({ trellis }: Awaited<ReturnType<typeof desk>>) {
  const texts = (await trellis.platform.audit.read()).orThrow();
  return texts.map(readAuditEntry).filter((entry) => entry?.kind.startsWith("kv."));
}

Deno.test("a key is created, changed and deleted, and who did it is recorded without the value", async () => {
  const at = await desk();
  const before = (await told(at)).length;
  const created = await at.post(`${BUCKET}/write`, {
    key: "eu.1",
    value: order("first, a secret"),
    revision: "",
  });
  assertEquals([created.status, created.location], [303, `${BUCKET}/key?key=eu.1`]);
  const page = await at.get(`${BUCKET}/key?key=eu.1`);
  assertEquals(page.status, 200);
  assertStringIncludes(page.html, "What it is called");
  const edit = await at.get(`${BUCKET}/edit?key=eu.1`);
  const revision = typedIn(edit.html, "revision") ?? "";
  assertEquals(JSON.parse(typedIn(edit.html, "value") ?? ""), JSON.parse(order("first, a secret")));
  const value = order("second", 2);
  const saved = await at.post(`${BUCKET}/write`, { key: "eu.1", value, revision });
  assertEquals(saved.status, 303);
  const { html } = await at.get(`${BUCKET}/key?key=eu.1`);
  assertMatch(html, /<code>lines\[0\]\.count<\/code>/);
  assertMatch(html, />changed<\/span>/);

  const asked = await at.get(`${BUCKET}/delete?key=eu.1`);
  assertStringIncludes(asked.html, "Earlier revisions stay readable here, up to 5");
  const shown = typedIn(asked.html, "revision") ?? "";
  const gone = await at.post(`${BUCKET}/delete`, { key: "eu.1", revision: shown });
  assertEquals([gone.status, gone.location], [303, BUCKET]);
  assertStringIncludes((await at.get(`${BUCKET}/key?key=eu.1`)).html, "The key is deleted.");

  const entries = (await told(at)).slice(before);
  assertEquals(
    entries.map((entry) => [entry?.kind, entry?.by, entry?.subject, entry?.details]),
    [
      ["kv.written", "nothing"] as const,
      ["kv.written", `revision ${revision}`] as const,
      ["kv.deleted", `revision ${shown}`] as const,
    ].map(([kind, replaced]) => [
      kind,
      "admin:local",
      "orders-service",
      { resource: "kv/orders", key: "eu.1", replaced },
    ]),
  );
  assertEquals(entries[0]?.signedBy, at.trellis.server.keys.admin.publicKey);
  assert(!JSON.stringify(entries).includes("secret"));
});

Deno.test("what does not fit is refused with the reason, is not recorded, and stays typed", async () => {
  const at = await desk();
  const before = (await told(at)).length;
  const typed = '{"title": "a </textarea><script>", "lines": [{"count": 0}]}';
  const refused = await at.post(`${BUCKET}/write`, { key: "eu.2", value: typed, revision: "" });
  assertEquals(refused.status, 422);
  assertEquals([typedIn(refused.html, "key"), typedIn(refused.html, "value")], ["eu.2", typed]);
  assertMatch(
    refused.html,
    /does not fit<\/span> must be &gt;= 1|does not fit<\/span> must be >= 1/,
  );
  assert(!refused.html.includes('<script>"'), "escaped");
  const cases: readonly (readonly [key: string, value: string, part: string])[] = [
    ["eu.2", "{title:1}", "is not JSON"],
    ["eu.2", '{"title":"a","lines":[],"n":9007199254740993}', "would be changed"],
    ["eu.2", '{"title":"a","title":"b","lines":[]}', "is there twice"],
    ["eu..2", order("a"), "has an empty segment"],
    ["<b>", order("a"), "a key is segments of"],
  ];
  for (const [key, value, part] of cases) {
    const { status, html } = await at.post(`${BUCKET}/write`, { key, value, revision: "" });
    assertEquals([status, typedIn(html, "value")], [422, value]);
    assertStringIncludes(html, part);
  }
  assertEquals((await told(at)).length, before);
  assertEquals((await at.get(`${BUCKET}/key?key=eu.2`)).status, 404);
});

Deno.test("nobody writes into a projection, which would keep it until it is made again", async () => {
  const { get, post, visitor } = await desk();
  const latest = "/resources/orders-service/kv/latest";
  const { html } = await get(latest);
  assertStringIncludes(html, "made of events");
  assert(!html.includes("New key"));
  const written = await post(`${latest}/write`, { key: "a", value: order("a"), revision: "" });
  assertEquals(written.status, 403);
  assertStringIncludes(written.html, "latest is a projection");
  const { kv } = await bucket(visitor, "latest");
  const removed = await kv.delete("a");
  assertEquals(removed.isErr() && removed.error.reason, "forbidden");
  assertEquals((await kv.list({ limit: 10 }).orThrow()).count, 0);
});

Deno.test("who was slower sees what is there now, and loses nothing", async () => {
  const at = await desk();
  const { kv } = await bucket(at.visitor);
  const key = "eu.3";
  const { revision } = (await kv.create(key, JSON.parse(order("mine")))).orThrow();
  const theirs = (await kv.put(key, JSON.parse(order("theirs")))).orThrow();
  const before = (await told(at)).length;
  const value = order("mine, later");
  const late = await at.post(`${BUCKET}/write`, { key, value, revision });
  assertEquals(late.status, 409);
  assertStringIncludes(late.html, `the key has revision ${theirs.revision}`);
  assertStringIncludes(late.html, "theirs");
  assertEquals([typedIn(late.html, "value"), typedIn(late.html, "revision")], [
    value,
    theirs.revision,
  ]);
  assertEquals((await told(at)).length, before, "what was refused is not recorded");
  const created = await at.post(`${BUCKET}/write`, { key, value, revision: "" });
  assertEquals(created.status, 409);
  const again = await at.post(`${BUCKET}/write`, { key, value, revision: theirs.revision });
  assertEquals(again.status, 303);
  const stale = await at.post(`${BUCKET}/delete`, { key, revision });
  assertEquals(stale.status, 409);
  assertStringIncludes(stale.html, "mine, later");
  (await kv.delete(key)).orThrow();
  const gone = await at.post(`${BUCKET}/write`, { key, value, revision: theirs.revision });
  assertEquals([gone.status, typedIn(gone.html, "revision")], [409, ""]);
  assertStringIncludes(gone.html, "somebody else has deleted the key");
});

Deno.test("what does not fit the schema is shown as it is stored, marked, and can be mended", async () => {
  const at = await desk();
  const raw = new RawBuckets(at.trellis.messaging.connection);
  const { bucket: { name } } = await bucket(at.visitor);
  await raw.put(name, "odd.1", '{"title":7, "lines":[],"<img src=x>":"\u202e"}');
  await raw.put(name, "odd.2", new Uint8Array([0xff, 0x00]));
  await raw.put(name, "odd.3", "[".repeat(20_000) + "]".repeat(20_000));
  await raw.putAll(name, ["odd.<b>"], order("<script>alert(1)</script>"));
  const list = await at.get(`${BUCKET}?filter=odd.*`);
  assertEquals(list.status, 200);
  assertStringIncludes(list.html, "4 keys");
  assertStringIncludes(list.html, "odd.&lt;b>");
  assert(!/<script>|<b>|<img/.test(list.html), "escaped");
  const page = await at.get(`${BUCKET}/key?key=odd.1`);
  assertStringIncludes(
    page.html,
    '{"title":7, "lines":[],"&lt;img src=x>":"\\u202e"}'
      .replaceAll('"', "&quot;"),
  );
  assertMatch(page.html, /does not fit<\/span> must be string/);
  assertStringIncludes((await at.get(`${BUCKET}/key?key=odd.2`)).html, "/wA=");
  assertEquals((await at.get(`${BUCKET}/key?key=odd.3`)).status, 200);
  assertEquals((await at.get(`${BUCKET}/key?key=odd.%3Cb%3E`)).status, 422);
  assertEquals((await at.get(`${BUCKET}/key?key=%3E`)).status, 422);
  const edit = await at.get(`${BUCKET}/edit?key=odd.1`);
  const revision = typedIn(edit.html, "revision") ?? "";
  const value = order("mended");
  assertEquals((await at.post(`${BUCKET}/write`, { key: "odd.1", value, revision })).status, 303);
});

Deno.test("names that are none, and filters, are answered on the page", async () => {
  const at = await desk();
  const paths = ["/resources/orders-service/kv/absent", "/resources/absent/kv/orders"];
  for (const path of [...paths, "/resources/orders-service/kv/constructor"]) {
    assertEquals((await at.get(path)).status, 404, path);
  }
  const wrong = await at.get(`${BUCKET}?filter=a..b%22%3E`);
  assertEquals([wrong.status, typedIn(wrong.html, "filter")], [422, 'a..b">']);
  const none = await at.get(`${BUCKET}?filter=never.*`);
  assertStringIncludes(none.html, "No key passes the filter.");
  const { html } = await at.get("/resources");
  assertStringIncludes(html, 'href="/resources/orders-service/kv/orders"');
  assertStringIncludes(html, "5 revisions, until deleted");
});

Deno.test("10,000 keys page quickly", async () => {
  const at = await desk();
  const raw = new RawBuckets(at.trellis.messaging.connection);
  const value = order("one of many");
  const keys = Array.from({ length: 10_000 }, (_, i) => `k.${String(i).padStart(5, "0")}`);
  await raw.putAll((await bucket(at.visitor, "many")).bucket.name, keys, value);
  const many = "/resources/orders-service/kv/many";
  const first = await at.get(many);
  assertStringIncludes(first.html, "1 to 50 of 10,000 keys");
  const last = await at.get(`${many}?offset=9950`);
  assertStringIncludes(last.html, "k.09999");
  assert(!last.html.includes('rel="next"'));
  assertStringIncludes(last.html, 'href="/resources/orders-service/kv/many?offset=9900"');
  const times: number[] = [];
  for (const offset of [0, 2500, 5000, 7500, 9950]) {
    const from = performance.now();
    assertEquals((await at.get(`${many}?offset=${offset}`)).status, 200);
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  if (Deno.env.get("SHOW")) console.log(times);
  // Far more than it takes here: who looks waits no longer.
  assert((times[2] ?? Infinity) < 3000, `${times}`);
});
