import { assertEquals, assertStringIncludes } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../contracts/define/define.ts";
import { ok, TrellisClient } from "../../mod.ts";
import { desk, reportHandlers, reports } from "../support/operations/reports.ts";
import { deploy, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { oldestServer } from "../support/oldest_server.ts";
import { storedEvents } from "../support/transact/outbox.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const binary = await oldestServer();

const ORDERS = kvContract({ orders: { history: 3 } }, { store: { files: {} } });
const Item = Type.Object({ name: Type.String() });
const Gone = Type.Object({ key: Type.String() });
const CARTS = kvContract({ carts: {} }, { id: "carts@v1" });

Deno.test({
  name: "on NATS 2.10 everything that is stored is read again, also by the next process",
  ignore: binary === undefined,
  fn: async () => {
    await using server = await TrellisServer.start(binary === undefined ? {} : { binary });
    const { connection } = await server.connect();
    assertEquals(connection.info?.version.startsWith("2.10."), true);
    const authority = await server.authority();
    await provision(authority, ORDERS);
    await provision(authority, CARTS);
    await server.kill();
    await server.startAgain();
    const next = await server.authority();
    const { records, problems } = (await next.overview()).orThrow();
    assertEquals(records.map(({ deployment }) => deployment), ["carts", "orders-service"]);
    assertEquals(problems, []);
    assertEquals((await next.plans("carts")).orThrow().length, 1);
    const reports = (await next.verifyAll()).orThrow();
    assertEquals(reports.flatMap(({ findings }) => findings), []);
    assertEquals((await next.reconcile("orders-service")).orThrow().actions, []);
  },
});

Deno.test({
  name:
    "on NATS 2.10 a service uses its KV and its store, and a contract that asks for an outbox is refused",
  ignore: binary === undefined,
  fn: async () => {
    await using server = await TrellisServer.start(binary === undefined ? {} : { binary });
    await using service = await deploy(server, ORDERS);
    const together = kvContract({ orders: { history: 3, outbox: true } });
    const { manifest, digest } = together;
    const [refused] = await (await server.authority())
      .present([{ manifest, digest }], { mode: "dev", by: "author" });
    const refusal = refused?.isErr() ? refused.error : undefined;
    assertEquals(refusal?.code, "server_too_old");
    assertStringIncludes(refusal?.message ?? "", "resources.kv.orders.outbox");
    assertStringIncludes(refusal?.message ?? "", "needs NATS 2.12.0 or later");
    const orders = service.kv.orders!;
    const { revision } = (await orders.create("a", { name: "a" })).orThrow();
    (await orders.put("a", { name: "b" }, { expectedRevision: revision })).orThrow();
    assertEquals((await orders.get("a")).orThrow().value, { name: "b" });
    const page = (await orders.list({ offset: 0, limit: 10 })).orThrow();
    assertEquals(page.entries.map(({ key }) => key), ["a"]);
    (await orders.delete("a")).orThrow();
    const files = (await service.store.files!.open()).orThrow();
    const body = new TextEncoder().encode("hello");
    (await files.put("x/y.txt", body)).orThrow();
    assertEquals((await (await files.get("x/y.txt")).orThrow().bytes()).orThrow(), body);
    const listed = (await files.list({ offset: 0, limit: 10 })).orThrow();
    assertEquals(listed.entries.map(({ key }) => key), ["x/y.txt"]);
  },
});

Deno.test({
  name: "on NATS 2.10 the changes of a bucket are published",
  ignore: binary === undefined,
  fn: async () => {
    const contract = defineServiceContract({ schemas: { Item, Gone } }, (ref) => ({
      id: "items@v1",
      displayName: "Items",
      description: "Keeps items.",
      events: {
        "Item.Changed": { version: "v1", event: ref.schema("Item"), params: ["/name"] },
        "Item.Gone": { version: "v1", event: ref.schema("Gone") },
      },
      resources: {
        kv: {
          items: {
            purpose: "Items",
            schema: ref.schema("Item"),
            changes: { event: "Item.Changed", deleted: "Item.Gone" },
          },
        },
      },
    }));
    await using server = await TrellisServer.start(binary === undefined ? {} : { binary });
    await using service = await deploy(server, contract);
    const { connection } = await server.connect();
    const published = async () =>
      (await storedEvents(connection)).map(({ subject, body }) => [subject, body]);
    (await service.kv.items.put("a", { name: "x" })).orThrow();
    await until(async () => (await published()).length === 1, "the value is published");
    (await service.kv.items.delete("a")).orThrow();
    await until(async () => (await published()).length === 2, "the deletion is published");
    assertEquals(await published(), [
      ["events.v1.Item.Changed.x", { name: "x" }],
      ["events.v1.Item.Gone", { key: "a" }],
    ]);
  },
});

Deno.test({
  name: "on NATS 2.10 an operation waits in its place for a signal, and is ended by it",
  ignore: binary === undefined,
  fn: async () => {
    await using server = await TrellisServer.start(binary === undefined ? {} : { binary });
    await using _service = await deploy(
      server,
      reports,
      reportHandlers(undefined, async ({ op }) => {
        const { by } = await op.signal("stop").orThrow();
        return ok({ url: by });
      }),
    );
    const { url: trellisUrl } = server;
    await using client = await TrellisClient.connect({ contract: desk, trellisUrl }).orThrow();
    const ref = await client.operation.report.print.start({ rows: 1 }).orThrow();
    await ref.signal("stop", { by: "ada" }).orThrow();
    assertEquals(await ref.wait().orThrow(), { url: "ada" });
  },
});
