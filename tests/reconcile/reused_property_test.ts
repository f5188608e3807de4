import { type TSchema, Type } from "@sinclair/typebox";
import { assert, assertEquals } from "@std/assert";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { accept } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const DEPLOYMENT = "orders-service";
const BUCKET = "svc_orders_service_orders";

const open = Type.Object({ name: Type.String() });
const withText = Type.Object({ name: Type.String(), w: Type.Optional(Type.String()) });
const withNumber = Type.Object({ name: Type.String(), w: Type.Optional(Type.Integer()) });

/** A process in dev mode presents a contract of a schema, and reconciles what was accepted. */
async function save(authority: Authority, schema: TSchema, history = 1) {
  const { manifest, digest } = kvContract({ orders: { history } }, { schema });
  const [presented] = await authority.present([{ manifest, digest }], { mode: "dev", by: "dev" });
  const saved = presented!.orThrow();
  if (saved.kind === "accepted") (await authority.reconcile(DEPLOYMENT)).orThrow();
  return saved;
}

async function setUp(server: TrellisServer) {
  const authority = await server.authority();
  return { authority, raw: new RawBuckets((await server.connect()).connection) };
}

Deno.test("two safe steps do not make stored values unreadable: the second waits", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await save(authority, withText);
  await raw.put(BUCKET, "fits", JSON.stringify({ name: "a" }));
  await raw.put(BUCKET, "old", JSON.stringify({ name: "b", w: "x" }));
  assertEquals((await save(authority, open)).kind, "accepted");
  const { kind, plan } = await save(authority, withNumber);
  assertEquals([kind, plan?.kind], ["pending", "migration"]);
  const [change, ...more] = plan!.changes.filter(({ severity }) => severity === "dangerous");
  assertEquals(more, []);
  assertEquals(change?.code, "schema.property.reused");
  assertEquals(change?.path, "/resources/kv/orders/schema/properties/w/type");
  assertEquals([change?.impact?.effect, change?.impact?.values], ["invalid", 1]);
  assertEquals(change?.impact?.first.map(({ key, path }) => [key, path]), [["old", "/w"]]);
  // Saved again, it is the same plan; a person may accept it.
  assertEquals((await save(authority, withNumber)).plan?.id, plan?.id);
  await accept(authority, plan!);
  assertEquals((await authority.verify(DEPLOYMENT)).orThrow().findings, []);
});

Deno.test("where every stored value fits, a property that comes back needs no decision", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await save(authority, withText);
  await raw.put(BUCKET, "a", JSON.stringify({ name: "a", w: "x" }));
  await save(authority, open);
  await raw.put(BUCKET, "a", JSON.stringify({ name: "a" }));
  const { kind, plan } = await save(authority, withNumber);
  assertEquals([kind, plan?.kind], ["accepted", "update"]);
  assert(plan!.changes.every(({ severity }) => severity === "safe"));
  assertEquals((await authority.verify(DEPLOYMENT)).orThrow().findings, []);
});

Deno.test("a property that callers sent before it was declared is measured like one that comes back", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await save(authority, open);
  await raw.put(BUCKET, "a", JSON.stringify({ name: "a", w: 1 }));
  assertEquals((await save(authority, withNumber)).kind, "accepted");
  assertEquals((await save(authority, open)).kind, "accepted");
  await raw.put(BUCKET, "b", JSON.stringify({ name: "b", v: "free" }));
  const declared = Type.Object({ name: Type.String(), v: Type.Optional(Type.Integer()) });
  const { kind, plan } = await save(authority, declared);
  assertEquals([kind, plan?.kind], ["pending", "migration"]);
  const [change, ...more] = plan!.changes.filter(({ severity }) => severity === "dangerous");
  assertEquals(more, []);
  assertEquals(change?.code, "schema.property.declared");
  assertEquals([change?.impact?.effect, change?.impact?.values], ["invalid", 1]);
  assertEquals(change?.impact?.first.map(({ key, path }) => [key, path]), [["b", "/v"]]);
});

Deno.test("revisions that can still be read count as well", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await save(authority, withText, 2);
  await raw.put(BUCKET, "a", JSON.stringify({ name: "a", w: "x" }));
  await save(authority, open, 2);
  await raw.put(BUCKET, "a", JSON.stringify({ name: "a" }));
  const { kind, plan } = await save(authority, withNumber, 2);
  assertEquals(kind, "pending");
  const impact = plan?.changes.find(({ code }) => code === "schema.property.reused")?.impact;
  assertEquals([impact?.values, impact?.revisions], [0, 1]);
});

Deno.test("a new optional property that every value fits is accepted at once, version after version", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  const properties: Record<string, TSchema> = { name: Type.String() };
  for (let i = 0; i < 5; i++) {
    const { kind, plan } = await save(authority, Type.Object(properties));
    assertEquals([kind, plan?.kind], ["accepted", "update"]);
    await raw.put(BUCKET, "a", JSON.stringify({ name: "a", [`p${i}`]: i }));
    await raw.put(BUCKET, "b", JSON.stringify({ name: "b" }));
    properties[`p${i}`] = Type.Optional(Type.Integer());
  }
});
