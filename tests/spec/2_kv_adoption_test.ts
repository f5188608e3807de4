import { Type } from "@sinclair/typebox";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Authority } from "../../reconcile/authority/authority.ts";
import type { Plan } from "../../reconcile/records/authority_record.ts";
import { accept, propose, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { createdAt } from "../support/nats/deployment_facts.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const BUCKET = "svc_activity_log";
const ID = "activity@v1";

async function setUp(server: TrellisServer) {
  const { connection } = await server.connect();
  return { authority: await server.authority(), connection, raw: new RawBuckets(connection) };
}

/** Codes of the dangerous changes of a plan. */
function dangers({ changes }: Plan): readonly string[] {
  return changes.filter(({ severity }) => severity === "dangerous").map(({ code }) => code);
}

/** A process that accepts what is safe by itself presents a contract. */
async function presentInDev(authority: Authority, contract: ReturnType<typeof kvContract>) {
  const [presented] = await authority.present(
    [{ manifest: contract.manifest, digest: contract.digest }],
    { mode: "dev", by: "dev" },
  );
  return presented!.orThrow();
}

Deno.test("[K36] a bucket without an owner is adopted only through a migration", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw, connection } = await setUp(server);
  await raw.create(BUCKET, { history: 1 });
  const log = kvContract({ log: {} }, { id: ID });
  const presented = await presentInDev(authority, log);
  assertEquals([presented.kind, presented.plan?.kind], ["pending", "migration"]);
  assert(dangers(presented.plan!).includes("kv.adopted"));
  const created = await createdAt(connection, BUCKET);
  assertEquals(presented.plan?.adopts, { "kv/log": { name: BUCKET, created } });
  const { id } = presented.plan!;
  const update = await authority.decide("activity", id, { verb: "accept-update", by: "me" });
  assertEquals(update.isErr() && update.error.code, "plan_is_migration");
});

Deno.test("[K36] a bucket that another deployment owns is never adopted", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await provision(authority, kvContract({ "b-c": {} }, { id: "a@v1" }));
  await raw.put("svc_a_b_c", "k", "theirs");
  const before = await raw.config("svc_a_b_c");
  const { plan } = await propose(authority, kvContract({ c: {} }, { id: "a-b@v1" }));
  assertEquals([plan.kind, plan.adopts], ["update", undefined]);
  await accept(authority, plan);
  const { materialized } = (await authority.reconcile("a-b")).orThrow();
  assertEquals(materialized?.state, "reconciled");
  assertNotEquals(materialized?.bindings.kv.c?.bucket, "svc_a_b_c");
  assertEquals(await raw.config("svc_a_b_c"), before);
});

Deno.test("[K37] adopting a bucket that keeps more, or keeps it longer, is dangerous", async () => {
  const keeps = [{ history: 5 }, { history: 1, ttl: 0 }, { history: 1, ttl: 3_600_000 }];
  for (const [index, options] of keeps.entries()) {
    await using server = await TrellisServer.start();
    const { authority, raw } = await setUp(server);
    await raw.create(BUCKET, options);
    const log = kvContract({ log: { history: 2, ttlMs: index === 0 ? 0 : 60_000 } }, { id: ID });
    const { plan } = await propose(authority, log);
    assertEquals(plan.kind, "migration");
    const retention = plan.changes.filter(({ code }) => code === "kv.adopted.retention");
    assertEquals(retention.map(({ severity, path }) => [severity, path]), [
      ["dangerous", `/resources/kv/log/${index === 0 ? "history" : "ttlMs"}`],
    ]);
  }
});

Deno.test("[K38] adopting a bucket whose values were not checked is dangerous", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await raw.create(BUCKET);
  await raw.put(BUCKET, "fits", JSON.stringify({ name: "x" }));
  await raw.put(BUCKET, "not", JSON.stringify({ title: 1 }));
  const schema = Type.Object({ name: Type.String() });
  const { plan } = await propose(authority, kvContract({ log: {} }, { id: ID, schema }));
  const change = plan.changes.find(({ code }) => code === "kv.adopted.schema");
  assertEquals([plan.kind, change?.severity], ["migration", "dangerous"]);
  // The plan says how many, and which first.
  assertEquals([change?.impact?.effect, change?.impact?.values], ["invalid", 1]);
  assertEquals(change?.impact?.first.map(({ key }) => key), ["not"]);
});

Deno.test("[K7] only the reconcile adopts: owner and settings are written, the data stays", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await raw.create(BUCKET, { history: 9, ttl: 0, max_bytes: 1_000_000 });
  for (const text of ["1", "2", "3"]) await raw.put(BUCKET, "k", text);
  await raw.change(BUCKET, { description: "by hand", metadata: { team: "x" } });
  const before = await raw.config(BUCKET);
  const { plan } = await propose(authority, kvContract({ log: { history: 2 } }, { id: ID }));
  await accept(authority, plan);
  assertEquals(await raw.config(BUCKET), before);
  const { actions, materialized } = (await authority.reconcile("activity")).orThrow();
  assertEquals(actions.map(({ kind, subject }) => [kind, subject.name]), [[
    "adopt_bucket",
    BUCKET,
  ]]);
  assertEquals(materialized?.state, "reconciled");
  assertEquals(materialized?.bindings.kv.log, { bucket: BUCKET, history: 2, ttlMs: 0 });
  const config = await raw.config(BUCKET);
  assertEquals([config.max_msgs_per_subject, config.max_bytes, config.deny_delete], [2, -1, true]);
  assertEquals([config.description, config.metadata?.team], ["by hand", "x"]);
  assertEquals(config.metadata?.["trellis.deployment"], "activity");
  assertEquals([await raw.names(), await raw.get(BUCKET, "k")], [[BUCKET], "3"]);
  assertEquals((await authority.reconcile("activity")).orThrow().actions, []);
});

Deno.test("[K7] a bucket that was made again since the plan is another, and is not adopted", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await raw.create(BUCKET);
  const log = kvContract({ log: {} }, { id: ID });
  const { plan } = await propose(authority, log);
  await raw.delete(BUCKET);
  await raw.create(BUCKET, { history: 3 });
  await raw.put(BUCKET, "k", "of somebody else");
  await accept(authority, plan);
  const { actions, materialized } = (await authority.reconcile("activity")).orThrow();
  assertEquals([actions, materialized?.state], [[], "pending"]);
  assertEquals(materialized?.problems.map(({ code }) => code), ["bucket_recreated"]);
  assertEquals((await raw.config(BUCKET)).max_msgs_per_subject, 3);
  // The way out that the problem names: out of the contract and back in.
  await provision(authority, kvContract({}, { id: ID }));
  const again = (await propose(authority, log)).plan;
  assertEquals([...dangers(again)].includes("kv.adopted"), true);
  await accept(authority, again);
  const adopted = (await authority.reconcile("activity")).orThrow();
  assertEquals(adopted.materialized?.bindings.kv.log?.bucket, BUCKET);
  assertEquals(await raw.get(BUCKET, "k"), "of somebody else");
});

Deno.test("[K6] [K30] a rename keeps bucket and data; removal keeps the data, deletion is decided", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await setUp(server);
  await provision(authority, kvContract({ log: {} }, { id: ID }));
  await raw.put(BUCKET, "k", "kept");
  const renamed = kvContract({ journal: { renamedFrom: "log" } }, { id: ID });
  const { actions, materialized, record } = await provision(authority, renamed);
  assertEquals(actions.map(({ kind }) => kind), ["rename_bucket"]);
  assertEquals(materialized?.bindings.kv, { journal: { bucket: BUCKET, history: 1, ttlMs: 0 } });
  assertEquals(record.retired, []);
  const { plan } = await propose(authority, kvContract({}, { id: ID }));
  const deleted = await authority.decide("activity", plan.id, {
    verb: "accept-migration",
    by: "me",
    acknowledgement: "the data goes",
    deleteData: ["kv/journal"],
  });
  deleted.orThrow();
  assertEquals(await raw.names(), [BUCKET]);
  const last = (await authority.reconcile("activity")).orThrow();
  assertEquals(last.actions.map(({ kind }) => kind), ["retire_bucket", "delete_bucket"]);
  assertEquals([await raw.names(), last.record.retired, last.materialized?.state], [
    [],
    [],
    "reconciled",
  ]);
});
