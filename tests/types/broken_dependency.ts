/**
 * Contracts with one bad member each, and code that uses them: the only error is at the member.
 *
 * @module
 */
import {
  defineAppContract,
  defineHandlers,
  defineServiceContract,
  ok,
  TrellisClient,
  TrellisService,
} from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";

const head = { id: "broken@v1", displayName: "Broken", description: "Wrong." } as const;
const schemas = { Order: Type.Object({ id: Type.String() }) } as const;

/** A misspelt member of one RPC. */
export function misspeltMember() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    rpc: {
      "Orders.Get": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") },
      "Orders.Put": {
        version: "v1",
        input: ref.schema("Order"),
        output: ref.schema("Order"),
        // @ts-expect-error a misspelt member
        intern: true,
      },
    },
    events: { "Orders.Made": { version: "v1", event: ref.schema("Order") } },
    resources: { kv: { orders: { purpose: "Orders", schema: ref.schema("Order") } } },
  }));
}

/** A member of another type. */
export function wrongType() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    rpc: {
      "Orders.Get": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") },
    },
    // @ts-expect-error a bucket keeps a number of revisions
    resources: { kv: { orders: { purpose: "p", schema: ref.schema("Order"), history: "two" } } },
  }));
}

/** An app with a misspelt member. */
export function brokenApp() {
  return defineAppContract({ schemas }, (ref) => ({
    ...head,
    state: {
      // @ts-expect-error a misspelt member
      cart: { kind: "value", schema: ref.schema("Order"), stateVersoin: "v1" },
    },
  }));
}

/** State of the broken app: of every name, and of both kinds. */
export async function brokenState() {
  const { state } = await TrellisClient.connect({ contract: brokenApp() }).orThrow();
  await state.cart?.put({ id: "a" });
  await state.carts?.put("a", { id: "a" });
  return await state.carts?.list({ limit: 20 });
}

/** A contract that depends on a broken one, its handlers, and handlers of the broken one itself. */
export async function dependents() {
  const [orders, other] = [misspeltMember(), wrongType()];
  const shop = defineServiceContract({ schemas }, (ref) => ({
    ...head,
    uses: {
      required: {
        orders: orders.use({ rpc: { call: ["Orders.Get"] }, events: { publish: ["Orders.Made"] } }),
        other: other.use({ rpc: { call: ["Orders.Put"] } }),
      },
    },
    rpc: {
      "Shop.Buy": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") },
    },
  }));
  const shopHandlers = defineHandlers(shop, {
    rpc: {
      "Shop.Buy": async ({ input, client }) => {
        const order = await client.rpc.orders.get({ id: input.id }).orThrow();
        await client.event.orders.made.publish({ id: order.id }).orThrow();
        return ok({ id: order.id });
      },
    },
  });
  const ownHandlers = defineHandlers(orders, {
    rpc: {
      "Orders.Get": ({ input }) => ok({ id: input.id }),
      "Orders.Put": async ({ input, client }) => {
        await client.kv.orders?.put(input.id, { id: input.id }).orThrow();
        return ok({ id: input.id });
      },
    },
  });
  const service = await TrellisService.connect({ contract: orders }).orThrow();
  await service.kv.orders?.get("a").orThrow();
  return [shopHandlers, ownHandlers, brokenApp().id];
}
