import { isErr } from "@qlever-llc/trellis";
import { startTrellis } from "@qlever-llc/trellis/testing";
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import contract, { OrderNotFoundError, OrderNotPendingError } from "../contracts/orders_service.ts";
import handlers from "../handlers/orders_service.ts";

const NEW_ORDER = { customerId: "ada", items: [{ productId: "book", quantity: 2 }] };

Deno.test("an order is kept as it was placed", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const { orders } = (await trellis.client(contract)).rpc;

  const { orderId, status } = await orders.create(NEW_ORDER).orThrow();
  assertEquals(status, "pending");
  const order = await orders.get({ orderId }).orThrow();
  assertEquals(order.customerId, "ada");
  assertEquals(order.items, NEW_ORDER.items);
});

Deno.test("an unknown order is a declared error", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const { orders } = (await trellis.client(contract)).rpc;

  const order = await orders.get({ orderId: "unknown" }).take();
  assert(isErr(order));
  assertInstanceOf(order.error, OrderNotFoundError);
  assertEquals(order.error.orderId, "unknown");
});

Deno.test("an order is shipped once", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const { orders } = (await trellis.client(contract)).rpc;
  const { orderId } = await orders.create(NEW_ORDER).orThrow();

  const attempts = await Promise.all([orders.ship({ orderId }), orders.ship({ orderId })]);
  assertEquals(attempts.filter((attempt) => attempt.isOk()).length, 1);
  const refused = attempts.find((attempt) => attempt.isErr())?.take();
  assert(isErr(refused));
  assertInstanceOf(refused.error, OrderNotPendingError);
});

Deno.test("orders are listed page by page", async () => {
  await using trellis = await startTrellis({ services: [handlers] });
  const { orders } = (await trellis.client(contract)).rpc;
  for (let i = 0; i < 5; i++) await orders.create(NEW_ORDER).orThrow();

  const first = await orders.list({ limit: 3 }).orThrow();
  assertEquals([first.entries.length, first.count, first.nextOffset], [3, 5, 3]);
  const last = await orders.list({ limit: 3, offset: 3 }).orThrow();
  assertEquals([last.entries.length, last.nextOffset], [2, undefined]);
});
