/** What the compiler refuses of services, handlers and clients. Checked, never run. */
import { Type } from "@sinclair/typebox";
import {
  defineError,
  defineHandlers,
  defineServiceContract,
  err,
  isErr,
  ok,
  TrellisClient,
  TrellisService,
} from "../../mod.ts";
import { NotFoundError, ordersRpc } from "../support/orders_rpc.ts";

const OtherError = defineError({ type: "OtherError", fields: {}, message: "other" });
const Item = Type.Object({ name: Type.String() });

const shop = defineServiceContract({ schemas: { Item } }, (ref) => ({
  id: "shop@v1",
  displayName: "Shop",
  description: "Sells.",
  uses: {
    required: { orders: ordersRpc.use({ rpc: { call: ["Orders.Get"] } }) },
    optional: { more: ordersRpc.use({ rpc: { call: ["Orders.Create"] } }) },
  },
  rpc: {
    Ping: { version: "v1", input: ref.schema("Item"), output: ref.schema("Item") },
    "Shop.Items.Find": { version: "v1", input: ref.schema("Item"), output: ref.schema("Item") },
  },
  resources: {
    kv: {
      items: { purpose: "items", schema: ref.schema("Item") },
      cache: { purpose: "cache", schema: ref.schema("Item"), required: false },
    },
  },
}));

// Every RPC needs its handler.
defineHandlers(ordersRpc, {
  // @ts-expect-error Orders.Create has no handler
  rpc: { "Orders.Get": ({ input }) => ok(input) },
});
// @ts-expect-error no handlers at all
defineHandlers(ordersRpc, {});

defineHandlers(ordersRpc, {
  rpc: {
    "Orders.Get": ({ input }) => ok(input),
    "Orders.Create": ({ input }) => ok(input),
    // @ts-expect-error the contract declares no Orders.Delete
    "Orders.Delete": () => ok({}),
  },
});

defineHandlers(ordersRpc, {
  rpc: {
    // @ts-expect-error the output has no number as its id
    "Orders.Get": () => ok({ orderId: 1 }),
    // @ts-expect-error Orders.Create declares no error
    "Orders.Create": () => err(new OtherError()),
  },
});

defineHandlers(ordersRpc, {
  rpc: {
    // @ts-expect-error another error than the declared one
    "Orders.Get": () => err(new OtherError()),
    // @ts-expect-error a handler answers a result
    "Orders.Create": ({ input }) => input,
  },
});

defineHandlers(ordersRpc, {
  rpc: {
    "Orders.Get": ({ input }) => {
      // @ts-expect-error the query has no note
      input.note;
      return err(new NotFoundError({ orderId: input.orderId }));
    },
    "Orders.Create": async ({ input, client, deps, context }) => {
      // @ts-expect-error the contract declares no such alias
      client.kv.carts;
      // @ts-expect-error an order needs its id
      await client.kv.orders.put("a", {});
      // @ts-expect-error there are no dependencies
      deps.database;
      // @ts-expect-error the context is not to be written
      context.requestId = "";
      return ok(input);
    },
  },
});

defineHandlers(shop, {
  rpc: {
    Ping: async ({ input, client }) => {
      // @ts-expect-error [K14] an optional store may not be there
      await client.kv.cache.get("a");
      await client.kv.cache?.get("a");
      await client.kv.items.get("a");
      await client.rpc.orders.get({ orderId: "a" });
      // @ts-expect-error an optional use may not be there
      await client.rpc.orders.create({ orderId: "a" });
      await client.rpc.orders.create?.({ orderId: "a" });
      await client.used.orders.rpc.orders.get({ orderId: "a" });
      // @ts-expect-error an optional use may not be there
      client.used.more.rpc;
      await client.used.more?.rpc.orders.create({ orderId: "a" });
      // @ts-expect-error this use does not select it
      client.used.orders.rpc.orders.create;
      // @ts-expect-error this use does not select it
      client.used.more?.rpc.orders.get;
      // @ts-expect-error there is no use of this name
      client.used.shop;
      // @ts-expect-error no event is selected
      client.used.orders.event.orders;
      // @ts-expect-error the order has an id
      await client.used.orders.rpc.orders.get({});
      await client.rpc.ping(input);
      await client.rpc.shop.itemsFind(input);
      // @ts-expect-error the used contract declares no Orders.Delete
      client.rpc.orders.delete;
      // @ts-expect-error the path of Shop.Items.Find is shop.itemsFind
      client.rpc.shop.items;
      // @ts-expect-error Ping has no group
      client.rpc.ping.ping;
      return ok(input);
    },
    "Shop.Items.Find": ({ input }) => ok(input),
  },
});

/** Only what was selected of a used contract may be called. */
const narrow = defineServiceContract({}, () => ({
  id: "narrow@v1",
  displayName: "Narrow",
  description: "Uses little.",
  uses: { required: { orders: ordersRpc.use({ rpc: { call: ["Orders.Get"] } }) } },
}));

export async function clients(): Promise<void> {
  const client = await TrellisClient.connect({ contract: narrow }).orThrow();
  // @ts-expect-error Orders.Create was not selected
  client.rpc.orders.create;
  // @ts-expect-error the input is an object with an id
  client.rpc.orders.get("a");
  // @ts-expect-error timeoutMs is a number
  client.rpc.orders.get({ orderId: "a" }, { timeoutMs: "1s" });
  // @ts-expect-error clients have no stores
  client.kv;
  const found = await client.rpc.orders.get({ orderId: "a" }).take();
  // @ts-expect-error not before the error case is handled
  found.orderId;
  if (isErr(found)) {
    if (found.error instanceof NotFoundError) found.error.orderId satisfies string;
    // @ts-expect-error not every error has an order id
    found.error.orderId;
    return;
  }
  found.orderId satisfies string;
  found.note satisfies string | undefined;
  // @ts-expect-error the order has no price
  found.price;
}

export async function services(): Promise<void> {
  const service = await TrellisService.connect({ contract: shop }).orThrow();
  // @ts-expect-error [K14] an optional store may not be there
  await service.kv.cache.get("a");
  // @ts-expect-error the contract declares no such alias
  service.kv.orders;
  // @ts-expect-error handlers answer the declared output
  service.handle.rpc.ping(() => ok({ nme: "a" }));
  // @ts-expect-error only its own RPCs are handled, not those that it uses
  service.handle.rpc.orders;
  service.with({ n: 1 }).handle.rpc.shop.itemsFind(({ input, deps }) => {
    deps.n satisfies number;
    // @ts-expect-error not a dependency
    deps.m;
    return ok(input);
  });
  // @ts-expect-error bindings are not passed
  await TrellisService.connect({ contract: shop, bindings: {} });
}
