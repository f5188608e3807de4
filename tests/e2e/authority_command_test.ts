import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { accept, propose, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { RunningProject } from "./support/running_project.ts";
import { type Answer, trellis } from "./support/trellis_command.ts";

const AUTHORITY = ["svc", "orders-service", "authority"];
const CARTS = "svc_orders_service_carts";

/** `trellis svc orders-service authority …`, at the test's server. */
function run(server: TrellisServer, ...words: readonly string[]): Promise<Answer> {
  return trellis([...AUTHORITY, ...words], { env: { NATS_URL: server.url } });
}

async function json<T>(server: TrellisServer, ...words: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await run(server, ...words, "--json");
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${stderr}`);
  // The test knows what it asked for.
  return JSON.parse(stdout) as T;
}

interface Shown {
  readonly id: string;
  readonly rollbackTo?: number;
  readonly changes: readonly {
    readonly code: string;
    readonly impact?: { readonly values: number };
  }[];
}

Deno.test("history shows versions, rollback makes a plan, and accepting it goes back", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, kvContract({ orders: {} }));
  await provision(authority, kvContract({ orders: {}, carts: {} }));
  const history = await run(server, "history");
  assertStringIncludes(history.stdout, "accepted, version 1");
  assertStringIncludes(history.stdout, "accepted, version 2");
  const rollback = await json<Shown>(server, "rollback", "1");
  assertEquals(rollback.rollbackTo, 1);
  assertEquals(rollback.changes.map(({ code }) => code), ["kv.removed"]);
  const list = await run(server, "plan", "list");
  assertStringIncludes(list.stdout, "migration, back to 1");
  const text = ["accept-migration", rollback.id, "--acknowledgement", "carts are not needed"];
  assertEquals((await run(server, ...text)).code, 0);
  const shown = await run(server, "show");
  assertStringIncludes(shown.stdout, "version 3");
  assertEquals((await run(server, "rollback", "9")).code, 4);
  const current = await run(server, "rollback", "3");
  assertEquals(current.code, 1);
  assertStringIncludes(current.stderr, "has what version 3 asks for already");
  assertEquals((await run(server, "rollback", "first")).code, 2);
});

Deno.test("data is deleted with the migration that names it, or later by a plan of its own", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const raw = new RawBuckets((await server.connect()).connection);
  const all = kvContract({ orders: {}, carts: {}, users: {} });
  await provision(authority, all);
  await raw.put(CARTS, "a", '{"name":"x"}');
  const { plan } = await propose(authority, kvContract({ orders: {} }));
  const accepted = ["accept-migration", plan.id, "--acknowledgement", "ok"];
  const wrong = await run(server, ...accepted, "--delete-data", "kv/orders");
  assertEquals(wrong.code, 4);
  assertStringIncludes(wrong.stderr, "kv/orders is neither retired by plan");
  assertEquals((await run(server, ...accepted, "--delete-data", "orders")).code, 2);
  const done = await run(server, ...accepted, "--delete-data", "kv/users");
  assertEquals(done.code, 0);
  assertStringIncludes(done.stdout, "deletes the data of kv/users");
  assertStringIncludes((await run(server, "reconcile")).stdout, "svc_orders_service_users");
  assertEquals(await raw.names(), [CARTS, "svc_orders_service_orders"]);
  assertStringIncludes((await run(server, "show")).stdout, "retired  kv/carts");
  const deletion = await json<Shown>(server, "delete-data", "kv/carts");
  assertEquals(deletion.changes.map(({ code, impact }) => [code, impact?.values]), [
    ["kv.data.deleted", 1],
  ]);
  assertEquals((await run(server, "accept-update", deletion.id)).code, 3);
  await accept(authority, (await authority.plan("orders-service", deletion.id)).orThrow().plan);
  assertEquals((await run(server, "reconcile")).code, 0);
  assertEquals(await raw.names(), ["svc_orders_service_orders"]);
  assertEquals((await run(server, "delete-data", "kv/carts")).code, 4);
  assertEquals((await run(server, "verify")).code, 0);
});

Deno.test("plan show --scan counts what is there now, and stores nothing", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, kvContract({ orders: {}, carts: {} }));
  const { plan } = await propose(authority, kvContract({ orders: {} }));
  const raw = new RawBuckets((await server.connect()).connection);
  await raw.put(CARTS, "a", '{"name":"x"}');
  const values = async (...words: string[]) =>
    (await json<Shown>(server, "plan", "show", plan.id, ...words)).changes[0]?.impact?.values;
  assertEquals(await values(), 0);
  assertEquals(await values("--scan"), 1);
  assertEquals(await values(), 0);
});

Deno.test("verify fails when another tool changed something, and says what and where", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, kvContract({ orders: {} }));
  await provision(authority, kvContract({ a: {} }, { id: "other@v1" }));
  const whole = await run(server, "verify");
  assertEquals([whole.code, whole.stderr], [0, ""]);
  const { head, ok } = await json<{ head: string; ok: boolean }>(server, "verify");
  assertEquals(ok, true);
  assertEquals((await run(server, "verify", "--head", head)).code, 0);
  assertEquals((await run(server, "verify", "--head", "nothing")).code, 1);
  const env = { NATS_URL: server.url };
  assertEquals((await trellis(["authority", "verify"], { env })).code, 0);
  const raw = new RawBuckets((await server.connect()).connection);
  const key = "deployment.orders-service";
  const record = JSON.parse(await raw.get("trellis_authority", key) ?? "");
  record.desired.needs.resources.kv.orders.history = 9;
  await raw.put("trellis_authority", key, JSON.stringify(record));
  const found = await run(server, "verify");
  assertEquals(found.code, 1);
  assertStringIncludes(found.stdout, "record.changed");
  assertStringIncludes(found.stdout, "its needs are not those that were accepted");
  for (const line of found.stdout.split("\n")) assert(line.length <= 80, line);
  const all = await trellis(["authority", "verify"], { env });
  assertEquals(all.code, 1);
  assertStringIncludes(all.stdout, "1 of 3 histories are not as Trellis left them");
  const reports = await trellis(["authority", "verify", "--json"], { env });
  const parsed: { deployments: { deployment: string; ok: boolean }[] } = JSON.parse(reports.stdout);
  assertEquals(parsed.deployments.map((report) => [report.deployment, report.ok]), [
    ["orders-service", false],
    ["other", true],
  ]);
  // The damage is confined to its deployment, and is shown.
  const status = await trellis(["status"], { env });
  assertEquals(status.code, 1);
  assertStringIncludes(status.stdout, "other@v1");
  assertStringIncludes(status.stderr, "the record of orders-service was changed");
});

Deno.test("a rollback is not undone by a dev process that presents the contract again", async () => {
  await using shop = await RunningProject.shop({ words: ["dev", "--no-types"] });
  const { dev, project } = shop;
  const contract = "contracts/shop.ts";
  const authority = ["svc", "shop", "authority"];
  await project.edit(contract, '{ purpose: "Store items"', '{ history: 5, purpose: "Store items"');
  await dev.until("shop live");
  const { id } = await shop.json<Shown>([...authority, "rollback", "1"]);
  const words = ["accept-migration", id, "--acknowledgement", "back to one revision"];
  await shop.json([...authority, ...words]);
  await dev.until("shop reconciled at version 3");
  // A safe change, and with it all that was taken back.
  await project.edit(contract, "Store items", "Keep items");
  await dev.until("shop waits for a decision: ");
  const { desired } = await shop.json<{ desired: { version: number } }>([...authority, "show"]);
  assertEquals(desired.version, 3);
  const [plan] = await shop.json<{ kind: string }[]>([...authority, "plan", "list"]);
  assertEquals(plan?.kind, "update");
});

Deno.test("the reconcile command reports what was lost while no process ran", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, kvContract({ carts: { history: 3 } }));
  const raw = new RawBuckets((await server.connect()).connection);
  await raw.delete(CARTS);
  const text = await run(server, "reconcile");
  assertStringIncludes(text.stdout, `made the bucket ${CARTS} again, empty: it had been deleted`);
  await raw.delete(CARTS);
  const { actions } = await json<{ actions: unknown[] }>(server, "reconcile");
  assertEquals(actions, [
    { kind: "create_bucket", resource: "kv/carts", alias: "carts", bucket: CARTS, lost: true },
  ]);
});

Deno.test("a blank acknowledgement is a wrong command line", async () => {
  for (
    const words of [["accept-migration", "P", "--acknowledgement"], ["reject", "P", "--reason"]]
  ) {
    const answer = await trellis([...AUTHORITY, ...words, " "]);
    assertEquals(answer.code, 2);
    assertStringIncludes(answer.stderr, "must say something");
  }
});

Deno.test("where no process runs and no server is named, commands say so", async () => {
  const answer = await trellis(["status"], { env: { TRELLIS_NATS_PORT: "0" } });
  assertEquals(answer.code, 5);
  assertStringIncludes(answer.stderr, "no Trellis process runs for the project");
  assertStringIncludes(answer.stderr, "--nats");
});
