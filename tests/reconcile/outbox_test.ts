import { assertEquals } from "@std/assert";
import { bucketLines } from "../../reconcile/grants/resource_lines.ts";
import { accept, propose, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const BUCKET = "svc_orders_service_orders";
const plain = kvContract({ orders: {} });
const withOutbox = kvContract({ orders: { outbox: true } });

Deno.test("an outbox is given to a bucket with data, kept as it is, and taken away after what waits is told", async () => {
  await using server = await TrellisServer.start();
  const { connection } = await server.connect();
  const raw = new RawBuckets(connection);
  const authority = await server.authority();
  await provision(authority, plain);
  await raw.put(BUCKET, "k", '{"name":"a"}');
  const on = await propose(authority, withOutbox);
  assertEquals(on.plan.changes.map(({ code, severity }) => [code, severity]), [
    ["kv.outbox.added", "safe"],
  ]);
  await accept(authority, on.plan);
  const turned = (await authority.reconcile("orders-service")).orThrow();
  assertEquals(turned.actions.map(({ kind }) => kind).slice(0, 1), ["update_bucket"]);
  assertEquals(turned.materialized?.bindings.kv.orders?.outbox, 1);
  assertEquals(turned.materialized?.state, "reconciled");
  const both = [`$KV.${BUCKET}.>`, `outbox.${BUCKET}.>`];
  const { subjects, allow_atomic } = await raw.config(BUCKET);
  assertEquals([subjects, allow_atomic], [both, true]);

  await raw.change(BUCKET, { subjects: [both[0]!], allow_atomic: false });
  const repaired = (await authority.reconcile("orders-service")).orThrow();
  assertEquals(repaired.actions.map(({ kind }) => kind), ["repair_bucket"]);
  assertEquals((await raw.config(BUCKET)).subjects, both);
  assertEquals((await authority.reconcile("orders-service")).orThrow().actions, []);

  for (const id of ["1", "2"]) await connection.request(`outbox.${BUCKET}.${id}`, "{}");
  const off = await propose(authority, plain);
  const [change, ...rest] = off.plan.changes;
  assertEquals([change?.code, change?.severity, rest], ["kv.outbox.removed", "dangerous", []]);
  const { impact } = change ?? {};
  assertEquals([impact?.effect, impact?.values, impact?.complete], ["unpublished", 2, true]);
  assertEquals(impact?.first.map(({ key }) => key), ["1", "2"]);
  const gone = await propose(authority, kvContract({}));
  const removed = gone.plan.changes.find(({ code }) => code === "kv.removed");
  // Events that wait are no values.
  assertEquals([removed?.impact?.values, removed?.impact?.scanned], [1, 1]);
  const again = await propose(authority, plain);
  await accept(authority, again.plan);
  (await authority.reconcile("orders-service")).orThrow();
  assertEquals((await raw.config(BUCKET)).subjects, [both[0]]);
});

Deno.test("only the owner of an outbox may commit events to it", () => {
  const bucket = { bucket: BUCKET, history: 1, ttlMs: 0 };
  const subjects = (binding: typeof bucket & { outbox?: number }) =>
    bucketLines(binding, "why").map(({ subject }) => subject)
      .filter((subject) => subject.startsWith("outbox."));
  assertEquals(subjects(bucket), []);
  assertEquals(subjects({ ...bucket, outbox: 1 }), [`outbox.${BUCKET}.>`]);
});
