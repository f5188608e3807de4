/** Two services, of which one calls the other, for tests of what a secured server lets them do. */
import { type Contract, type ContractBody, defineServiceContract, ok } from "../../../mod.ts";
import type { TrellisService } from "../../../runtime/service/service.ts";
import type { RequestContext } from "../../../runtime/rpc/request_context.ts";
import { NotFoundError, Order, OrderQuery } from "../orders_rpc.ts";

/** Keeps orders, and a receipt for each. */
export const orders = defineServiceContract(
  { schemas: { Order, OrderQuery }, errors: { NotFoundError } },
  (ref) => ({
    id: "orders-service@v1",
    displayName: "Orders",
    description: "Keeps orders.",
    rpc: {
      "Orders.Create": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") },
      "Orders.Get": {
        version: "v1",
        input: ref.schema("OrderQuery"),
        output: ref.schema("Order"),
        errors: [ref.error("NotFoundError")],
      },
    },
    resources: {
      kv: { orders: { purpose: "orders", schema: ref.schema("Order") } },
      store: { receipts: { purpose: "receipts" } },
    },
  }),
);

/** Calls it. */
export const shop = defineServiceContract({ schemas: { Order } }, (ref) => ({
  id: "shop@v1",
  displayName: "Shop",
  description: "Sells.",
  uses: { required: { orders: orders.use({ rpc: { call: ["Orders.Create"] } }) } },
  resources: { kv: { carts: { purpose: "carts", schema: ref.schema("Order") } } },
}));

/** The body type of a contract. */
type BodyOf<C> = C extends Contract<infer B extends ContractBody> ? B : never;

/** Serves the orders, and notes who creates some. */
export async function serveOrders(
  service: TrellisService<BodyOf<typeof orders>>,
  callers: RequestContext["caller"][] = [],
): Promise<void> {
  service.handle.rpc.orders.create(async ({ input, client, context }) => {
    callers.push(context.caller);
    const receipts = await client.store.receipts.open().orThrow();
    await receipts.put(input.orderId, new TextEncoder().encode("paid")).orThrow();
    await client.kv.orders.put(input.orderId, input).orThrow();
    return ok(input);
  });
  service.handle.rpc.orders.get(({ input, client }) =>
    client.kv.orders.get(input.orderId).map(({ value }) => value)
      .mapErr(() => new NotFoundError(input))
  );
  await service.serving();
}
