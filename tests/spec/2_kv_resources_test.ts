import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import {
  base64UrlSegment,
  defineHandlers,
  defineServiceContract,
  KVError,
  kvKey,
  ok,
  TrellisClient,
  TrellisService,
  TypedKV,
} from "../../mod.ts";
import type { Change } from "../../reconcile/changes/change.ts";
import { diffNeeds } from "../../reconcile/diff/diff_needs.ts";
import type { AdoptableBucket } from "../../reconcile/diff/diff_context.ts";
import type { Owner } from "../../reconcile/resources/owner.ts";
import { physicalNames } from "../../reconcile/resources/physical_name.ts";
import { accept, connect, deploy, propose, provision } from "../support/deployed.ts";
import { foreignBucket } from "../support/hand_made_needs.ts";
import { kvContract, kvNeeds, type KvSettings } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const AuditEntry = Type.Object({ name: Type.String() });
type AuditEntry = Static<typeof AuditEntry>;

/** True when two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true
  : false;

const activity = defineServiceContract({ schemas: { AuditEntry } }, (ref) => ({
  id: "activity@v1",
  displayName: "Activity",
  description: "Keeps activity.",
  rpc: {
    "Activity.Add": {
      version: "v1",
      input: ref.schema("AuditEntry"),
      output: ref.schema("AuditEntry"),
    },
  },
  resources: {
    kv: {
      activity: {
        purpose: "Store normalized activity entries",
        schema: ref.schema("AuditEntry"),
        required: true,
        history: 1,
        ttlMs: 0,
      },
      omitted: { purpose: "required by default", schema: ref.schema("AuditEntry") },
      cache: { purpose: "optional", schema: ref.schema("AuditEntry"), required: false },
    },
  },
}));
const BUCKET = "svc_activity_activity";
const small = kvContract({ activity: {} }, { id: "activity@v1" });

async function rawOf(server: TrellisServer): Promise<RawBuckets> {
  return new RawBuckets((await server.connect()).connection);
}

/** The bindings that services read. */
async function bindings(raw: RawBuckets, deployment = "activity"): Promise<string | undefined> {
  try {
    return await raw.get("trellis_authority", `bindings.${deployment}`);
  } catch {
    return undefined;
  }
}

async function keysOf(kv: TypedKV<unknown>, filter: string): Promise<string[]> {
  return await Array.fromAsync(await kv.keys(filter).orThrow());
}

Deno.test("[K1] an entry written through the service is an entry of a NATS KV bucket", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, activity);
  const raw = await rawOf(server);
  await service.kv.activity.put("a.b", { name: "x" }).orThrow();
  assertEquals(await raw.keys(BUCKET), ["a.b"]);
  assertEquals(await raw.get(BUCKET, "a.b"), '{"name":"x"}');
  await raw.put(BUCKET, "a.c", '{"name":"y"}');
  assertEquals((await service.kv.activity.get("a.c").orThrow()).value, { name: "y" });
});

Deno.test("[K3] an accepted request is part of the desired state", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { plan } = await propose(authority, activity);
  assertEquals((await authority.show("activity")).orThrow().desired, undefined);
  await accept(authority, plan);
  const kv = (await authority.show("activity")).orThrow().desired?.needs.resources.kv ?? {};
  assertEquals(Object.keys(kv).sort(), ["activity", "cache", "omitted"]);
  assertEquals([kv.activity?.history, kv.cache?.required], [1, false]);
});

Deno.test("[K4] presenting, connecting and accepting create neither bucket nor binding; reconciling does", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const raw = await rawOf(server);
  const nothing = async (after: string) => {
    const connected = await TrellisService.connect({ contract: activity, trellisUrl: server.url });
    assert(connected.isErr(), after);
    assertEquals([await raw.names(), await bindings(raw)], [[], undefined], after);
  };
  const { plan } = await propose(authority, activity);
  await nothing("presenting");
  await accept(authority, plan);
  await nothing("accepting");
  (await authority.reconcile("activity")).orThrow();
  assertEquals((await raw.names()).length, 3);
  assert((await bindings(raw))?.includes(BUCKET));
});

Deno.test("[K5] presenting, accepting and connecting change neither configuration nor binding; reconciling does", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const raw = await rawOf(server);
  await provision(authority, small);
  const before = [await raw.config(BUCKET), await bindings(raw)];
  const more = kvContract({ activity: { history: 9 } }, { id: "activity@v1" });
  const { plan } = await propose(authority, more);
  assertEquals([await raw.config(BUCKET), await bindings(raw)], before);
  await accept(authority, plan);
  await using _service = await connect(server, small);
  assertEquals([await raw.config(BUCKET), await bindings(raw)], before);
  (await authority.reconcile("activity")).orThrow();
  assertEquals((await raw.config(BUCKET)).max_msgs_per_subject, 9);
  assert((await bindings(raw))?.includes('"history":9'));
});

Deno.test("[K6] only reconciling takes a bucket's binding away", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const raw = await rawOf(server);
  await provision(authority, small);
  const before = await bindings(raw);
  const { plan } = await propose(authority, kvContract({}, { id: "activity@v1" }));
  assertEquals([await bindings(raw), await raw.names()], [before, [BUCKET]]);
  await accept(authority, plan);
  const connected = await TrellisService.connect({ contract: small, trellisUrl: server.url });
  await connected.orThrow().stop();
  assertEquals([await bindings(raw), await raw.names()], [before, [BUCKET]]);
  (await authority.reconcile("activity")).orThrow();
  assertEquals((await bindings(raw))?.includes(BUCKET), false);
});

Deno.test("[K7] presenting, accepting and connecting adopt no bucket that exists already", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const raw = await rawOf(server);
  await raw.create(BUCKET);
  const before = await raw.config(BUCKET);
  const untouched = async () => {
    const connected = await TrellisService.connect({ contract: small, trellisUrl: server.url });
    assert(connected.isErr());
    assertEquals([await raw.config(BUCKET), await bindings(raw)], [before, undefined]);
  };
  const { plan } = await propose(authority, small);
  await untouched();
  await accept(authority, plan);
  await untouched();
});

Deno.test("[K13] [K14] a required alias is always there, an optional one may not be", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, activity);
  const required: Same<typeof service.kv.activity, TypedKV<AuditEntry>> = true;
  const omitted: Same<typeof service.kv.omitted, TypedKV<AuditEntry>> = true;
  const optional: Same<typeof service.kv.cache, TypedKV<AuditEntry> | undefined> = true;
  assert(required && omitted && optional);
  assert((await service.kv.activity.get("a")).isErr());
  assert((await service.kv.omitted.get("a")).isErr());
  assert((await service.kv.cache?.get("a"))?.isErr());
});

Deno.test("[K15] optional resources are materialized as well", async () => {
  await using server = await TrellisServer.start();
  const { materialized } = await provision(await server.authority(), activity);
  assertEquals(materialized?.state, "reconciled");
  assertEquals(Object.keys(materialized?.bindings.kv ?? {}), ["activity", "cache", "omitted"]);
  assert((await (await rawOf(server)).names()).includes("svc_activity_cache"));
});

Deno.test("[K16] without an optional resource a deployment is not reconciled, and says why", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const raw = await rawOf(server);
  await raw.occupy("svc_activity_cache");
  const { materialized } = await provision(authority, activity);
  assertEquals(materialized?.state, "pending");
  assertEquals(materialized?.problems.map(({ resource }) => resource), ["kv/cache"]);
  await using service = await connect(server, activity);
  assertEquals(service.kv.cache, undefined);
  assert((await service.kv.activity.get("a")).isErr());
  const shown = (await authority.show("activity")).orThrow();
  assertEquals(shown.materialized?.state, "pending");
});

Deno.test("[K16] a reconcile that cannot reach the server reports nothing as reconciled", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { plan } = await propose(authority, activity);
  await accept(authority, plan);
  await server.kill();
  const failed = await authority.reconcile("activity");
  assertEquals(failed.isErr() && failed.error.code, "unavailable");
  await server.startAgain();
  assertEquals(
    (await (await server.authority()).show("activity")).orThrow().materialized,
    undefined,
  );
});

Deno.test("[K17] the declarations of a proposal are checked against what the deployment may have", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, small);
  const next = kvContract({ activity: { history: 2 }, extra: {} }, { id: "activity@v1" });
  const { plan } = await propose(authority, next);
  assertEquals(plan.changes.map(({ path, op }) => [op, path]), [
    ["change", "/resources/kv/activity/history"],
    ["add", "/resources/kv/extra"],
  ]);
  const connected = await TrellisService.connect({ contract: next, trellisUrl: server.url });
  assertEquals(connected.isErr() && connected.error.code, "trellis.bind.outdated");
});

Deno.test("[K18] [K21] a compatible update keeps bucket and entries, and both digests run", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const next = kvContract({ activity: { history: 5 }, extra: {} }, { id: "activity@v1" });
  assertNotEquals(small.digest, next.digest);
  const first = await provision(authority, small);
  await using older = await connect(server, small);
  await older.kv.activity!.put("a", { name: "kept" }).orThrow();
  const second = await provision(authority, next);
  const bucketOf = ({ materialized }: typeof first) => materialized?.bindings.kv.activity?.bucket;
  assertEquals(bucketOf(second), bucketOf(first));
  await using newer = await connect(server, next);
  assertEquals((await newer.kv.activity!.get("a").orThrow()).value, { name: "kept" });
  await using again = await connect(server, small);
  assertEquals((await again.kv.activity!.status().orThrow()).bucket, bucketOf(second));
});

Deno.test("[K19] one contract in two deployments has two buckets", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, small, "eu");
  await provision(authority, small, "us");
  await using eu = await connect(server, small, undefined, { deployment: "eu" });
  await using us = await connect(server, small, undefined, { deployment: "us" });
  await eu.kv.activity!.put("a", { name: "eu" }).orThrow();
  assert((await us.kv.activity!.get("a")).isErr());
  const names = [eu, us].map((service) => service.kv.activity!.status().orThrow());
  const [one, two] = await Promise.all(names);
  assertNotEquals(one?.bucket, two?.bucket);
});

Deno.test("[K20] contracts of two lineages have two buckets for one alias", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const other = kvContract({ activity: {} }, { id: "other@v1" });
  await provision(authority, small);
  await provision(authority, other);
  // Also one after the other in the same deployment.
  const replaced = await provision(
    authority,
    kvContract({ activity: {} }, { id: "third@v1" }),
    "other",
  );
  const names = (await authority.list()).orThrow().map(({ materialized }) =>
    materialized?.bindings.kv.activity?.bucket
  );
  const before = "svc_other_activity";
  assertEquals(new Set([...names, before]).size, 3);
  assertEquals(replaced.materialized?.state, "reconciled");
});

Deno.test("[K22] the alias itself has the methods, on the service and in a handler", async () => {
  await using server = await TrellisServer.start();
  const handlers = defineHandlers(activity, {
    rpc: {
      "Activity.Add": async ({ input, client }) => {
        assert(client.kv.activity instanceof TypedKV);
        await client.kv.activity.put(input.name, input).orThrow();
        return ok((await client.kv.activity.get(input.name).orThrow()).value);
      },
    },
  });
  await using service = await deploy(server, activity, handlers);
  await using client = await TrellisClient.connect({ contract: activity, trellisUrl: server.url })
    .orThrow();
  assertEquals(await client.rpc.activity.add({ name: "x" }).orThrow(), { name: "x" });
  const { kv } = service;
  assert(
    kv.activity instanceof TypedKV && kv.omitted instanceof TypedKV && !("open" in kv.activity),
  );
  assertEquals((await kv.activity.get("x").orThrow()).value, { name: "x" });
});

function severities(changes: readonly Change[]): string[] {
  return changes.map(({ severity }) => severity);
}

/** `code severity` of every change between two KV declarations of the alias `orders`. */
function codesOf(before: KvSettings, after: KvSettings): string[] {
  return coded(diffNeeds(kvNeeds({ orders: before }), kvNeeds({ orders: after })));
}

function coded(changes: readonly Change[]): string[] {
  return changes.map(({ code, severity }) => `${code} ${severity}`);
}

Deno.test("[K24] adding an alias is safe", () => {
  const changes = diffNeeds(kvNeeds({ a: {} }), kvNeeds({ a: {}, b: {} }));
  assertEquals(coded(changes), ["kv.added safe"]);
  assertEquals(changes[0]?.path, "/resources/kv/b");
});

Deno.test("[K25] increasing history is a safe authority update", () => {
  assertEquals(codesOf({ history: 1 }, { history: 2 }), ["kv.history.increased safe"]);
});

Deno.test("[K26] increasing maxValueBytes is safe", () => {
  assertEquals(codesOf({ maxValueBytes: 100 }, { maxValueBytes: 200 }), [
    "kv.maxValueBytes.increased safe",
  ]);
});

Deno.test("[K27] changing the purpose alone is safe", () => {
  assertEquals(codesOf({ purpose: "a" }, { purpose: "b" }), ["kv.purpose.changed safe"]);
  // With a change of what the service gets it is as dangerous as that change.
  const more = codesOf({ purpose: "a", history: 2 }, { purpose: "b", history: 1 });
  assertEquals(more, ["kv.history.reduced dangerous", "kv.purpose.changed safe"]);
});

Deno.test("[K28] changing required is safe, because the materialized bucket stays", async () => {
  assertEquals(codesOf({ required: true }, { required: false }), ["kv.required.changed safe"]);
  assertEquals(codesOf({ required: false }, { required: true }), ["kv.required.changed safe"]);
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const before = await provision(authority, small);
  const optional = kvContract({ activity: { required: false } }, { id: "activity@v1" });
  const { plan } = await propose(authority, optional);
  assertEquals(plan.kind, "update");
  await accept(authority, plan);
  const after = (await authority.reconcile("activity")).orThrow();
  assertEquals(after.materialized?.bindings.kv, before.materialized?.bindings.kv);
});

Deno.test("[K29] removing an alias is dangerous", () => {
  const removed = diffNeeds(kvNeeds({ a: {}, b: {} }), kvNeeds({ a: {} }));
  assertEquals(coded(removed), ["kv.removed dangerous"]);
  // Being optional is no leave to lose it.
  const optional = diffNeeds(kvNeeds({ a: { required: false } }), kvNeeds({}));
  assertEquals(coded(optional), ["kv.removed dangerous"]);
});

Deno.test("[K30] renaming an alias is dangerous, not an addition alone", async () => {
  const silent = diffNeeds(kvNeeds({ a: {} }), kvNeeds({ b: {} }));
  assertEquals(coded(silent), ["kv.removed dangerous", "kv.added safe"]);
  const purpose = "the same";
  const declared = diffNeeds(
    kvNeeds({ a: { purpose } }),
    kvNeeds({ b: { purpose, renamedFrom: "a" } }),
  );
  assertEquals(coded(declared), ["kv.renamed dangerous"]);
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, small);
  const renamed = await propose(authority, kvContract({ events: {} }, { id: "activity@v1" }));
  assertEquals(renamed.plan.kind, "migration");
  const refused = await authority.decide("activity", renamed.plan.id, {
    verb: "accept-update",
    by: "me",
  });
  assertEquals(refused.isErr() && refused.error.code, "plan_is_migration");
});

Deno.test("[K31] reducing history is dangerous", () => {
  assertEquals(codesOf({ history: 2 }, { history: 1 }), ["kv.history.reduced dangerous"]);
  assertEquals(codesOf({ history: 2 }, {}), ["kv.history.reduced dangerous"]);
});

Deno.test("[K32] reducing ttlMs is dangerous, and so is a first ttl", () => {
  assertEquals(codesOf({ ttlMs: 2000 }, { ttlMs: 1000 }), ["kv.ttl.reduced dangerous"]);
  assertEquals(codesOf({}, { ttlMs: 1000 }), ["kv.ttl.added dangerous"]);
});

Deno.test("[K33] reducing maxValueBytes is dangerous, and so is a first limit", () => {
  assertEquals(codesOf({ maxValueBytes: 200 }, { maxValueBytes: 100 }), [
    "kv.maxValueBytes.reduced dangerous",
  ]);
  assertEquals(codesOf({}, { maxValueBytes: 100 }), ["kv.maxValueBytes.added dangerous"]);
});

Deno.test("[K34] a schema that may reject stored values is dangerous", () => {
  const before = Type.Object({ name: Type.String() });
  const narrower: readonly TSchema[] = [
    Type.Object({ name: Type.String(), more: Type.String() }),
    Type.Object({ name: Type.String({ maxLength: 3 }) }),
    Type.Object({ name: Type.Number() }),
    Type.Object({ name: Type.Union([Type.Literal("a"), Type.Literal("b")]) }),
  ];
  const compare = (schema: TSchema) =>
    diffNeeds(kvNeeds({ a: {} }, { schema: before }), kvNeeds({ a: {} }, { schema }));
  for (const schema of narrower) {
    const changes = compare(schema);
    assert(severities(changes).includes("dangerous"), JSON.stringify(schema));
    assert(changes.every(({ path }) => path.startsWith("/resources/kv/a/schema")));
  }
  // Not every change of a schema may: one that takes all old values is safe.
  const wider = Type.Object({ name: Type.String(), more: Type.Optional(Type.String()) });
  assertEquals(new Set(severities(compare(wider))), new Set(["safe"]));
});

Deno.test("[K35] a schema that takes the same values with another meaning is dangerous", () => {
  const encoded = (contentEncoding: string) =>
    Type.Object({
      name: Type.String({ contentEncoding }),
    });
  const changes = diffNeeds(
    kvNeeds({ a: {} }, { schema: encoded("base64") }),
    kvNeeds({ a: {} }, { schema: encoded("base16") }),
  );
  assertEquals(coded(changes), ["schema.meaning.changed dangerous"]);
  // What no schema tells is for the author to declare, with a new contract id.
  const declared = diffNeeds(kvNeeds({ a: {} }), kvNeeds({ a: {} }, { id: "orders-service@v2" }));
  assertEquals(declared[0]?.code, "contract.replaced");
  assert(severities(declared).includes("dangerous"));
});

/** What adopting a bucket under the name of the new alias `a` is classified as. */
function adopting(bucket: Partial<AdoptableBucket>, need: KvSettings = {}): string[] {
  const existing = new Map([["kv/a", foreignBucket(bucket)]]);
  return coded(diffNeeds(kvNeeds({}), kvNeeds({ a: need }), { existing }));
}

Deno.test("[K36] adopting a bucket of another owner is dangerous", () => {
  assertEquals(adopting({ owner: undefined }), ["kv.adopted dangerous"]);
  const owner: Owner = { deployment: "b", contract: "b@v1", alias: "a", kind: "kv" };
  assertEquals(adopting({ owner }), ["kv.adopted dangerous"]);
});

Deno.test("[K37] adopting a bucket that keeps more than the request is dangerous", () => {
  const settings = (more: object) => ({ history: 5, ttlMs: 2000, maxValueBytes: 0, ...more });
  const request = { history: 5, ttlMs: 2000 };
  const adopted = "kv.adopted dangerous";
  const less = "kv.adopted.retention dangerous";
  assertEquals(adopting({ settings: settings({}) }, request), [adopted]);
  assertEquals(adopting({ settings: settings({ history: 6 }) }, request), [adopted, less]);
  assertEquals(adopting({ settings: settings({ ttlMs: 3000 }) }, request), [adopted, less]);
  assertEquals(adopting({ settings: settings({ ttlMs: 0 }) }, request), [adopted, less]);
  assertEquals(adopting({ settings: settings({ history: 1, ttlMs: 1000 }) }, request), [adopted]);
});

Deno.test("[K38] adopting a bucket with values that were not checked is dangerous", () => {
  assertEquals(adopting({ values: 1 }), ["kv.adopted dangerous", "kv.adopted.schema dangerous"]);
  assertEquals(adopting({ values: 0 }), ["kv.adopted dangerous"]);
});

function nameOf(deployment: string, alias: string): string {
  const owner: Owner = { deployment, contract: `${deployment}@v1`, alias, kind: "kv" };
  return physicalNames(owner)[0];
}

Deno.test("[K39] [K42] buckets are named after service and alias", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const documented = [
    ["activity", "activity", "svc_activity_activity"],
    ["billing", "job_cache", "svc_billing_job_cache"],
    ["documents", "upload_index", "svc_documents_upload_index"],
  ] as const;
  for (const [service, alias, bucket] of documented) {
    const { materialized } = await provision(
      authority,
      kvContract({ [alias]: {} }, { id: `${service}@v1` }),
    );
    assertEquals(materialized?.bindings.kv[alias]?.bucket, bucket);
  }
  assertEquals(await (await rawOf(server)).names(), documented.map(([, , bucket]) => bucket));
});

Deno.test("[K40] bucket names are lower-case words joined by underscores", () => {
  for (const deployment of ["orders-service", "acme.orders", "a-b.c-d2"]) {
    for (const alias of ["jobCache", "job-cache", "A", "HTTPCache", "x_", "cache2"]) {
      const owner: Owner = { deployment, contract: "c@v1", alias, kind: "kv" };
      for (const name of physicalNames(owner)) assertMatch(name, /^[a-z0-9]+(_[a-z0-9]+)*$/);
    }
  }
});

Deno.test("[K41] no service bucket has a trellis_ name, even when the service is called so", async () => {
  await using server = await TrellisServer.start();
  const { materialized } = await provision(
    await server.authority(),
    kvContract({ authority: {} }, { id: "trellis@v1" }),
  );
  assertEquals(materialized?.bindings.kv.authority?.bucket, "svc_trellis_authority");
  assertEquals(nameOf("trellis.x", "y").startsWith("trellis_"), false);
});

Deno.test("[K43] [K47] [K48] keys are dotted segments: direct lookup, and wildcards for whole ones", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, activity);
  const kv = service.kv.activity;
  const keys = ["github.12345.abc123", "graph.transcription.01ARZ3NDEK"];
  assertEquals(kvKey("github", "12345", "abc123"), keys[0]);
  for (const key of [...keys, "plain", "github.12345x.abc123"]) {
    await kv.put(key, { name: key }).orThrow();
    assertEquals((await kv.get(key).orThrow()).value, { name: key });
  }
  assertEquals(await keysOf(kv, "github.12345.*"), ["github.12345.abc123"]);
  assertEquals(await keysOf(kv, "graph.>"), ["graph.transcription.01ARZ3NDEK"]);
  assertThrows(() => kvKey("a.b", "c"), KVError);
});

Deno.test("[K44] a key with a segment that is not safe in a subject is not written", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, activity);
  const kv = service.kv.activity;
  const unsafe = [
    "",
    ".",
    "a.",
    ".a",
    "a..b",
    "a b",
    "a\tb",
    "a\n",
    "a.*",
    "*",
    ">",
    "a.>",
    "ä",
    "a\0",
  ];
  for (const key of unsafe) {
    for (const write of [kv.put(key, { name: "x" }), kv.create(key, { name: "x" })]) {
      const written = await write;
      assertEquals(written.isErr() && written.error.reason, "invalid_key", JSON.stringify(key));
    }
  }
  assertEquals(await keysOf(kv, ">"), []);
});

Deno.test("[K45] binary data becomes a segment as base64url without padding", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  for (let end = 1; end <= 256; end++) {
    const segment = base64UrlSegment(bytes.subarray(0, end));
    assertMatch(segment, /^[A-Za-z0-9_-]+$/);
    assertEquals(kvKey("bin", segment), `bin.${segment}`);
  }
  assertEquals(base64UrlSegment(new Uint8Array([251, 255])), "-_8");
});

Deno.test("[K46] identifiers that Trellis makes for its own keys are ULIDs", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await propose(authority, small);
  await propose(authority, kvContract({ other: {} }, { id: "activity@v1" }));
  const keys = await (await rawOf(server)).keys("trellis_authority");
  const ids = keys.filter((key) => key.startsWith("plan.")).map((key) => key.split(".")[2] ?? "");
  assertEquals(ids.length, 2);
  for (const id of ids) assertMatch(id, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
});

Deno.test("[K49] [K50] [K51] filters select whole segments", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, activity);
  const kv = service.kv.activity;
  const keys = ["al.1", "al.2", "alice.1", "al.1.x"];
  const three = ["cat.al.1", "cat.al.2", "cat.bo.1", "dog.al.1"];
  for (const key of [...keys, ...three]) await kv.put(key, { name: key }).orThrow();
  assertEquals(await keysOf(kv, "al.*"), ["al.1", "al.2"]);
  assertEquals(await keysOf(kv, "cat.al.*"), ["cat.al.1", "cat.al.2"]);
  assertEquals(await keysOf(kv, "*.*.1"), ["cat.al.1", "cat.bo.1", "dog.al.1"]);
});

Deno.test("[K52] [K55] an entry disappears after its ttl; one that is rewritten stays", async () => {
  await using server = await TrellisServer.start();
  const short = kvContract({ activity: { ttlMs: 1000 } }, { id: "activity@v1" });
  await using service = await deploy(server, short);
  const kv = service.kv.activity!;
  await kv.put("rewritten", { name: "x" }).orThrow();
  await kv.put("left", { name: "x" }).orThrow();
  const rewritten = performance.now();
  await until(async () => {
    await kv.put("rewritten", { name: "x" }).orThrow();
    return (await kv.get("left")).isErr();
  }, "the entry disappears");
  assert(performance.now() - rewritten > 900);
  assertEquals((await kv.get("rewritten").orThrow()).value, { name: "x" });
  await until(async () => (await kv.get("rewritten")).isErr(), "the other disappears as well");
});

Deno.test("[K52] [K53] [K54] the tiers: the ttl is the bucket's max_age, and no ttl is none", async () => {
  await using server = await TrellisServer.start();
  const raw = await rawOf(server);
  const minute = 60_000;
  const tiers = { ephemeral: 10 * minute, presence: 2 * 60 * minute, permanent: 0 };
  const contract = kvContract(
    Object.fromEntries(Object.entries(tiers).map(([alias, ttlMs]) => [alias, { ttlMs }])),
    { id: "activity@v1" },
  );
  const { actions } = await provision(await server.authority(), contract);
  assertEquals(actions.map(({ kind }) => kind), Array(3).fill("create_bucket"));
  for (const [alias, ttlMs] of Object.entries(tiers)) {
    assertEquals((await raw.config(`svc_activity_${alias}`)).max_age, ttlMs * 1e6);
  }
});

Deno.test("[K53] entries without a ttl are there after the server was started again", async () => {
  await using server = await TrellisServer.start();
  {
    await using service = await deploy(server, activity);
    await service.kv.activity.put("a", { name: "x" }).orThrow();
  }
  await server.kill();
  await server.startAgain();
  await using service = await connect(server, activity);
  assertEquals((await service.kv.activity.get("a").orThrow()).value, { name: "x" });
});
