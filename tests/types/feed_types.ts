/**
 * Feeds: what must compile, and what must not.
 *
 * @module
 */
import {
  conflate,
  defineError,
  defineHandlers,
  defineServiceContract,
  err,
  kvFeed,
  sharedFeed,
  TrellisClient,
  TrellisService,
} from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";

const NoShopError = defineError({
  type: "NoShopError",
  fields: { shop: Type.String() },
  message: ({ shop }) => `there is no shop ${shop}`,
});
const OtherError = defineError({ type: "OtherError", fields: {}, message: () => "other" });

const shop = defineServiceContract(
  {
    schemas: {
      Which: Type.Object({ shop: Type.String() }),
      Order: Type.Object({ total: Type.Number() }),
      Change: Type.Union([
        Type.Object({ kind: Type.Literal("put"), id: Type.String(), total: Type.Number() }),
        Type.Object({ kind: Type.Literal("deleted"), id: Type.String() }),
      ]),
    },
    errors: { NoShopError },
  },
  (ref) => ({
    id: "shop@v1",
    displayName: "Shop",
    description: "Sells.",
    feeds: {
      "Order.Totals": {
        version: "v1",
        input: ref.schema("Which"),
        event: ref.schema("Order"),
        errors: [ref.error("NoShopError")],
      },
      "Order.Changes": { version: "v1", input: ref.schema("Which"), event: ref.schema("Change") },
    },
    resources: { kv: { orders: { purpose: "Orders", schema: ref.schema("Order") } } },
  }),
);

/** Handlers of every form. */
export function handlers() {
  return [
    defineHandlers(shop, {
      feeds: {
        "Order.Totals": ({ cursor, client, context }) =>
          kvFeed(client.kv.orders, { cursor, signal: context.signal }),
        "Order.Changes": ({ input, cursor, client, context: { signal } }) =>
          kvFeed(client.kv.orders, {
            filter: `${input.shop}.>`,
            cursor,
            signal,
            put: (id, { total }, { createdAt }) => ({ kind: "put", id: id + createdAt, total }),
            deleted: (id) => ({ kind: "deleted", id }),
          }),
      },
    }),
    defineHandlers(shop, {
      feeds: {
        "Order.Totals": async function* ({ input, context }) {
          while (!context.signal.aborted) yield { value: { total: 1 }, cursor: input.shop };
          return err(new NoShopError(input));
        },
        "Order.Changes": sharedFeed(async function* ({ input, signal }) {
          while (!signal.aborted) yield { value: { kind: "deleted", id: input.shop }, key: "a" };
        }, { last: true }),
      },
    }),
    defineHandlers(shop, {
      feeds: {
        "Order.Totals": async ({ input, client, context }) => {
          if (input.shop === "") return err(new NoShopError(input));
          await client.kv.orders.get("a").orThrow();
          return conflate(kvFeed(client.kv.orders, { signal: context.signal }));
        },
        "Order.Changes": () => conflate(changes()),
      },
    }),
  ];
}

async function* changes() {
  yield { value: { kind: "deleted" as const, id: "a" } };
}

/** A shared source with dependencies. */
export function withDeps() {
  return defineHandlers(shop, {
    deps: () => ({ base: 1 }),
    feeds: {
      "Order.Totals": sharedFeed(async function* ({ deps, client }) {
        const orders = await client.kv.orders.keys().orThrow();
        for await (const id of orders) yield { value: { total: deps.base + id.length } };
      }),
      "Order.Changes": changes,
    },
  });
}

/** What must not compile. */
export function mistakes() {
  // @ts-expect-error a feed without its handler
  defineHandlers(shop, { feeds: { "Order.Changes": changes } });
  // @ts-expect-error handlers without any feed
  defineHandlers(shop, {});
  defineHandlers(shop, {
    feeds: {
      // @ts-expect-error a value of another type
      "Order.Totals": async function* () {
        yield { value: { total: "1" } };
      },
      "Order.Changes": changes,
    },
  });
  defineHandlers(shop, {
    feeds: {
      // @ts-expect-error an error that is not declared
      "Order.Totals": async function* () {
        yield { value: { total: 1 } };
        return err(new OtherError({}));
      },
      // @ts-expect-error an error that is not declared either
      "Order.Changes": () => err(new NoShopError({ shop: "a" })),
    },
  });
  defineHandlers(shop, {
    feeds: {
      "Order.Changes": ({ client, context }) =>
        // @ts-expect-error the values are those of the bucket
        kvFeed(client.kv.orders, { signal: context.signal }),
      // @ts-expect-error what is shared knows nothing of one subscriber
      "Order.Totals": sharedFeed(async function* ({ context }) {
        yield { value: { total: context.requestId.length } };
      }),
    },
  });
}

/** Both ways to subscribe, and what they give. */
export async function subscribing() {
  await using client = await TrellisClient.connect({ contract: shop }).orThrow();
  const { signal } = new AbortController();
  const feed = await client.feed.order
    .changes({ shop: "a" }, { signal, cursor: "c", onGap: "end", timeoutMs: 1 }).orThrow();
  for await (const { value, cursor, gap } of feed) {
    const id: string = value.id;
    if (value.kind === "put") value.total.toFixed(1);
    const rest: [string | undefined, boolean] = [cursor, gap];
    // @ts-expect-error a deletion has no total
    if (value.kind === "deleted") rest.push(value.total);
    if (id === "") break;
  }
  const totals = await client.feed.order.totals({ shop: "a" }).orThrow();
  const outcome = await totals.outcome;
  if (outcome.isErr() && outcome.error instanceof NoShopError) outcome.error.shop.trim();
  // @ts-expect-error the input of another feed
  await client.feed.order.totals({ shop: 1 });
  // @ts-expect-error a policy that there is not
  await client.feed.order.totals({ shop: "a" }, { onGap: "ignore" });
  const service = await TrellisService.connect({ contract: shop }).orThrow();
  service.handle.feed.order.changes(changes);
  service.with({ name: "deps" }).handle.feed.order.totals(async function* ({ deps }) {
    yield { value: { total: deps.name.length } };
  });
  return await service.feed.order.totals({ shop: "a" }).orThrow();
}
