/** Two services and their caller, for the test of what they record. */
import { Type } from "@sinclair/typebox";
import {
  defineAppContract,
  defineError,
  defineHandlers,
  defineServiceContract,
  err,
  ok,
} from "../../../mod.ts";

const Order = Type.Object({ orderId: Type.String() });

/** The shop is out of something. */
export const SoldOutError = defineError({
  type: "SoldOutError",
  fields: { orderId: Type.String() },
  message: ({ orderId }) => `nothing is left for ${orderId}`,
});

/** Takes orders. */
export const shop = defineServiceContract({
  schemas: { Order },
  errors: { SoldOutError },
}, (ref) => ({
  id: "shop@v1",
  displayName: "Shop",
  description: "Takes orders.",
  rpc: {
    "Order.Place": {
      version: "v1",
      input: ref.schema("Order"),
      output: ref.schema("Order"),
      errors: [ref.error("SoldOutError")],
    },
  },
  events: {
    "Order.Placed": { version: "v1", params: ["/orderId"], event: ref.schema("Order") },
  },
  resources: {
    kv: { orders: { purpose: "Orders", schema: ref.schema("Order") } },
    store: { papers: { purpose: "Papers" } },
  },
}));

/** Tells who has ordered. */
export const post = defineServiceContract({ schemas: { Order } }, (ref) => ({
  id: "post@v1",
  displayName: "Post",
  description: "Sends mail.",
  uses: { required: { shop: shop.use({ events: { subscribe: ["Order.Placed"] } }) } },
  eventConsumers: { mailer: { uses: { shop: ["Order.Placed"] } } },
  jobs: { sendMail: { payload: ref.schema("Order") } },
  operations: {
    "Mail.Count": {
      version: "v1",
      input: ref.schema("Order"),
      output: ref.schema("Order"),
    },
  },
}));

/** Orders, and has mail counted. */
export const desk = defineAppContract(() => ({
  id: "desk@v1",
  displayName: "Desk",
  description: "Orders.",
  uses: {
    required: {
      shop: shop.use({ rpc: { call: ["Order.Place"] } }),
      post: post.use({ operations: { call: ["Mail.Count"] } }),
    },
  },
}));

/** Writes, publishes, and logs a line. */
export const shopHandlers = defineHandlers(shop, {
  rpc: {
    "Order.Place": async ({ input, client }) => {
      if (input.orderId === "none") return err(new SoldOutError(input));
      console.log(`placing ${input.orderId}`);
      await client.kv.orders.put(input.orderId, input).orThrow();
      const papers = await client.store.papers.open().orThrow();
      await papers.put(`${input.orderId}.txt`, new TextEncoder().encode("ordered")).orThrow();
      await client.event.order.placed.publish(input).orThrow();
      return ok(input);
    },
  },
});

/** Creates a job for each event. */
export const postHandlers = defineHandlers(post, {
  events: {
    mailer: {
      uses: {
        shop: {
          "Order.Placed": async ({ event, client }) => {
            await client.jobs.sendMail.create(event).orThrow();
            return ok();
          },
        },
      },
    },
  },
  jobs: { sendMail: () => ok() },
  operations: { "Mail.Count": ({ input }) => ok(input) },
});
