import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import type { Static } from "@sinclair/typebox";
import {
  type AsyncResult,
  type BodyOf,
  defineHandlers,
  defineServiceContract,
  type Err,
  isErr,
  type KVEntry,
  KVError,
  ok,
  type ServiceOptions,
  TrellisClient,
  TrellisService,
  TypedKV,
} from "../../mod.ts";
import { accept, deploy, propose, provision } from "../support/deployed.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { ordersHandlers, ordersService } from "./tutorial/orders_service.ts";
import { Order } from "./tutorial/schemas.ts";

const DEPLOYMENT = "orders-service";
const BUCKET = "svc_orders_service_orders";

function order(more: Partial<Order> = {}): Order {
  return {
    orderId: "o-1",
    customerId: "c-1",
    status: "pending",
    items: [{ productId: "p-1", quantity: 1 }],
    createdAt: "2030-01-02T03:04:05.000Z",
    ...more,
  };
}

/** True when two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true
  : false;

Deno.test("[T1] a bucket is declared in the contract alone, and works once it is accepted and reconciled", async () => {
  const source = await Deno.readTextFile(new URL("tutorial/orders_service.ts", import.meta.url));
  for (const word of ["svc_", "nats://", "://", "jetstream", "bucket", "servers", "trellisUrl"]) {
    assert(!source.toLowerCase().includes(word), word);
  }
  await using server = await TrellisServer.start();
  await using service = await deploy(server, ordersService, ordersHandlers);
  await using client = await TrellisClient
    .connect({ contract: ordersService, trellisUrl: server.url }).orThrow();
  assertEquals(await client.rpc.orders.save(order()).orThrow(), { orderId: "o-1" });
  assertEquals((await service.kv.orders.get("o-1").orThrow()).value, order());
});

Deno.test("[T2] Order is one name for the schema and for its type", () => {
  const same: Same<Order, Static<typeof Order>> = true;
  const fields: Same<keyof Order, "orderId" | "customerId" | "status" | "items" | "createdAt"> =
    true;
  const status: Same<Order["status"], "pending" | "shipped" | "failed"> = true;
  assert(same && fields && status);
  assertEquals(Order.type, "object");
});

Deno.test("[T3] an order comes back unchanged, whatever its status", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, ordersService);
  for (const status of ["pending", "shipped", "failed"] as const) {
    const items = [{ productId: "p", quantity: 1 }, { productId: "q", quantity: 2.5 }];
    const value = order({ status, items, createdAt: "2030-01-02T03:04:05+02:00" });
    (await service.kv.orders.put("o-1", value)).orThrow();
    assertEquals((await service.kv.orders.get("o-1").orThrow()).value, value);
  }
});

Deno.test("[T4] an order that does not fit the schema is not stored", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, ordersService);
  const wrong: unknown[] = [
    { ...order(), status: "lost" },
    { ...order(), items: [{ productId: "p", quantity: 0.5 }] },
    { ...order(), createdAt: "yesterday" },
    { ...order(), createdAt: "2030-13-02T03:04:05Z" },
  ];
  for (const value of wrong) {
    // The compiler would refuse it; another program's data is not compiled.
    const written = await service.kv.orders.put("o-1", value as Order);
    assertEquals(written.isErr() && written.error.reason, "invalid_value");
  }
  assertEquals((await service.kv.orders.get("o-1")).isErr(), true);
});

Deno.test("[T5] [T6] a module namespace is the schema registry, and the tutorial's request type-checks", () => {
  const kv = ordersService.manifest.resources?.kv?.orders;
  assertEquals(kv, {
    purpose: "Store order records",
    schema: { schema: "Order" },
    history: 1,
    ttlMs: 0,
  });
  const embedded = ordersService.manifest.schemas?.Order;
  assertEquals(embedded, JSON.parse(JSON.stringify(Order)));
});

Deno.test("[T7] a deploy fails when a required bucket cannot be provisioned", async () => {
  await using server = await TrellisServer.start();
  const raw = new RawBuckets((await server.connect()).connection);
  await raw.occupy(BUCKET);
  const { materialized } = await provision(await server.authority(), ordersService);
  assertEquals(materialized?.state, "pending");
  assertEquals(materialized?.problems.map(({ resource }) => resource), ["kv/orders"]);
  const connected = await TrellisService.connect({
    contract: ordersService,
    trellisUrl: server.url,
  });
  assertEquals(connected.isErr() && connected.error.code, "trellis.bind.failed");
});

Deno.test("[T8] a deploy fails when a required bucket cannot be bound", async () => {
  await using server = await TrellisServer.start();
  await provision(await server.authority(), ordersService);
  await new RawBuckets((await server.connect()).connection).delete(BUCKET);
  const connected = await TrellisService.connect({
    contract: ordersService,
    trellisUrl: server.url,
  });
  assertEquals(connected.isErr() && connected.error.code, "trellis.bind.failed");
});

Deno.test("[T9] service.kv.orders works as soon as connect has resolved", async () => {
  await using server = await TrellisServer.start();
  await provision(await server.authority(), ordersService);
  await using service = await TrellisService
    .connect({ contract: ordersService, trellisUrl: server.url }).orThrow();
  assertInstanceOf(service.kv.orders, TypedKV);
  const startupEntry = await service.kv.orders.get("some-key").take();
  assert(isErr(startupEntry));
  assertEquals(startupEntry.error.reason, "not_found");
});

Deno.test("[T10] [T11] [T18] the store is a TypedKV<Order>, get has take(), isErr narrows", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, ordersService);
  const typed: Same<typeof service.kv.orders, TypedKV<Order>> = true;
  const result = service.kv.orders.get("some-key");
  const awaitable: Same<typeof result, AsyncResult<KVEntry<Order>, KVError>> = true;
  const startupEntry = await service.kv.orders.get("some-key").take();
  const taken: Same<typeof startupEntry, KVEntry<Order> | Err<KVError>> = true;
  assert(typed && awaitable && taken);
  (await service.kv.orders.put("o-1", order())).orThrow();
  const found = await service.kv.orders.get("o-1").take();
  if (isErr(found)) throw found.error;
  const narrowed: Same<typeof found, KVEntry<Order>> = true;
  assert(narrowed);
  assertEquals(found.value.items[0]?.quantity, 1);
});

Deno.test("[T12] connect takes no bindings: it finds them by itself", async () => {
  type Options = keyof ServiceOptions<BodyOf<typeof ordersService>>;
  const none: Extract<Options, "bindings" | "binding" | "resources" | "kv" | "buckets"> extends
    never ? true
    : false = true;
  assert(none);
  await using server = await TrellisServer.start();
  // Another deployment's bucket has another name, which nobody passes either.
  await provision(await server.authority(), ordersService, "orders-eu");
  await using service = await TrellisService
    .connect({ contract: ordersService, trellisUrl: server.url, deployment: "orders-eu" })
    .orThrow();
  assertEquals((await service.kv.orders.status().orThrow()).bucket, "svc_orders_eu_orders");
});

Deno.test("[T13] [T14] client.kv in a handler and service.kv are the same store", async () => {
  await using server = await TrellisServer.start();
  const handlers = defineHandlers(ordersService, {
    rpc: {
      "Orders.Save": async ({ input, client }) => {
        const typed: Same<typeof client.kv.orders, TypedKV<Order>> = true;
        assert(typed);
        const before = await client.kv.orders.get("from-outside").orThrow();
        await client.kv.orders.put("from-handler", { ...input, orderId: before.value.orderId })
          .orThrow();
        return ok({ orderId: before.value.orderId });
      },
    },
  });
  await using service = await deploy(server, ordersService, handlers);
  await service.kv.orders.put("from-outside", order({ orderId: "o-9" })).orThrow();
  await using client = await TrellisClient
    .connect({ contract: ordersService, trellisUrl: server.url }).orThrow();
  assertEquals(await client.rpc.orders.save(order()).orThrow(), { orderId: "o-9" });
  assertEquals((await service.kv.orders.get("from-handler").orThrow()).value.orderId, "o-9");
});

Deno.test("[T15] [T16] [T17] a failed operation is a value: take() gives it, isErr tells it", async () => {
  await using server = await TrellisServer.start();
  await using service = await deploy(server, ordersService);
  const result = await service.kv.orders.get("missing");
  assert(result.isErr() && !result.isOk());
  const failed = result.take();
  assert(isErr(failed));
  assertInstanceOf(failed.error, KVError);
  (await service.kv.orders.put("o-1", order())).orThrow();
  const found = await service.kv.orders.get("o-1").take();
  assertEquals(isErr(found), false);
  assert(!isErr(found));
  assertEquals(found.value, order());
});

Deno.test("[T19] [T20] [T21] a changed contract waits for review; accepting it schedules what provisions", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const raw = new RawBuckets((await server.connect()).connection);
  const before = defineServiceContract({}, () => ({
    id: "orders-service@v1",
    displayName: "Orders",
    description: "Nothing yet.",
  }));
  await provision(authority, before);
  const accepted = (await authority.show(DEPLOYMENT)).orThrow();
  const { plan } = await propose(authority, ordersService);
  const waiting = (await authority.show(DEPLOYMENT)).orThrow();
  assertEquals([waiting.desired, waiting.materialized], [accepted.desired, accepted.materialized]);
  assertEquals((await authority.plan(DEPLOYMENT, plan.id)).orThrow().state, "pending");
  assertEquals(plan.changes.some(({ code }) => code === "kv.added"), true);
  assertEquals(await raw.names(), []);

  // Whoever reconciles is told of the decision by the record itself.
  const told = Promise.withResolvers<string>();
  const ended = new AbortController();
  const watching = (await server.authority()).store.watch(told.resolve, ended.signal);
  await (await server.connect()).flush();
  await accept(authority, plan);
  const desired = (await authority.show(DEPLOYMENT)).orThrow().desired;
  assertEquals(desired?.needs.resources.kv.orders?.history, 1);
  assertEquals(await raw.names(), []);
  const name = await told.promise;
  ended.abort();
  await watching;
  assertEquals(name, DEPLOYMENT);
  (await authority.reconcile(name)).orThrow();
  assertEquals(await raw.names(), [BUCKET]);
});

Deno.test("[T22] a rejected change provisions nothing", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { plan } = await propose(authority, ordersService);
  const decided = await authority.decide(DEPLOYMENT, plan.id, {
    verb: "reject",
    by: "reviewer",
    reason: "not now",
  });
  assertEquals(decided.orThrow().record.desired, undefined);
  (await authority.reconcile(DEPLOYMENT)).orThrow();
  assertEquals(await new RawBuckets((await server.connect()).connection).names(), []);
  const connected = await TrellisService.connect({
    contract: ordersService,
    trellisUrl: server.url,
  });
  assertEquals(connected.isErr() && connected.error.code, "trellis.bind.missing");
});
