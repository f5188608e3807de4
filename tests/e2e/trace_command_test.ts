import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { traceOf } from "../../contracts/live/trace.ts";
import { Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract, err, GiveUp, ok } from "../../mod.ts";
import { deploy } from "../support/deployed.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";
import { trellis } from "./support/trellis_command.ts";

const Order = Type.Object({ orderId: Type.String() });

const shop = defineServiceContract({ schemas: { Order } }, (ref) => ({
  id: "shop@v1",
  displayName: "Shop",
  description: "Sells.",
  rpc: {
    "Order.Place": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") },
  },
  events: {
    "Order.Placed": { version: "v1", params: ["/orderId"], event: ref.schema("Order") },
    "Order.Packed": { version: "v1", params: ["/orderId"], event: ref.schema("Order") },
  },
  resources: {
    kv: {
      orders: { purpose: "Orders", schema: ref.schema("Order"), history: 5 },
      latest: {
        purpose: "What was placed",
        schema: ref.schema("Order"),
        projection: { self: ["Order.Placed"], key: "/orderId" },
      },
    },
  },
  eventConsumers: { packer: { self: ["Order.Placed"], ordering: "key" } },
}));

const post = defineServiceContract({ schemas: { Order } }, (ref) => ({
  id: "post@v1",
  displayName: "Post",
  description: "Sends.",
  uses: {
    required: { shop: shop.use({ events: { subscribe: ["Order.Placed", "Order.Packed"] } }) },
  },
  resources: {
    kv: { parcels: { purpose: "Parcels", schema: ref.schema("Order") } },
    store: { labels: { purpose: "Labels" } },
  },
  eventConsumers: {
    sender: { uses: { shop: ["Order.Packed"] } },
    stamper: { uses: { shop: ["Order.Packed"] } },
    mailer: { uses: { shop: ["Order.Placed"] }, ordering: "none" },
  },
}));

/** Whether the mail server takes letters. */
let mailWorks = false;

const shopHandlers = defineHandlers(shop, {
  rpc: {
    "Order.Place": async ({ input, client }) => {
      await client.kv.orders.put(input.orderId, input).orThrow();
      await client.event.order.placed.publish(input).orThrow();
      return ok(input);
    },
  },
  projections: { latest: { "Order.Placed": (_before, event) => event } },
  events: {
    packer: {
      self: {
        "Order.Placed": async ({ event, client }) => {
          await client.event.order.packed.publish(event).orThrow();
          return ok();
        },
      },
    },
  },
});

const postHandlers = defineHandlers(post, {
  events: {
    sender: {
      uses: {
        shop: {
          "Order.Packed": async ({ event, client }) => {
            await client.kv.parcels.put(event.orderId, event).orThrow();
            return ok();
          },
        },
      },
    },
    stamper: {
      uses: {
        shop: {
          "Order.Packed": async ({ event, client }) => {
            const labels = await client.store.labels.open().orThrow();
            await labels.put(`old/${event.orderId}`, new Uint8Array(1)).orThrow();
            await labels.delete(`old/${event.orderId}`).orThrow();
            await labels.put(`new/${event.orderId}.txt`, new Uint8Array(1)).orThrow();
            return ok();
          },
        },
      },
    },
    mailer: {
      uses: {
        shop: {
          "Order.Placed": () => mailWorks ? ok() : err(new GiveUp({ reason: "no such address" })),
        },
      },
    },
  },
});

interface Printed {
  readonly kind: string;
  readonly id?: string;
  readonly name?: string;
  readonly group?: string;
  readonly alias?: string;
  readonly key?: string;
  readonly state?: string;
  readonly at: string | null;
  readonly children: readonly Printed[];
}

/** A chain in few words: `rpc(kv orders, event Order.Placed(...))`. */
function words({ kind, name, group, alias, key, state, children }: Printed): string {
  const own = [kind, name ?? group ?? alias, key, state].filter((word) => word !== undefined);
  const below = children.map(words);
  return own.join(" ") + (below.length === 0 ? "" : `(${below.join(", ")})`);
}

Deno.test("what a request has led to is found again by its id, and what was given up is retried", async () => {
  await using server = await TrellisServer.start();
  await using selling = await deploy(server, shop, shopHandlers);
  await using _sending = await deploy(server, post, postHandlers);
  const run = (...argv: readonly string[]) =>
    trellis([...argv, "--nats", server.url], { env: { NO_COLOR: "1" } });
  const chain = async (id: string) => {
    const { stdout } = await run("trace", id, "--json");
    return stdout === "" ? undefined : JSON.parse(stdout) as { chain: Printed; read: number };
  };
  const letters = async () => {
    const { letters } = JSON.parse((await run("dead", "ls", "post", "--json")).stdout);
    return letters as readonly { id: string; sequence: number; cause: string }[];
  };

  await selling.kv.orders.put("o-0", { orderId: "o-0" }).orThrow();
  const requestId = "01K9ZQ4T0VWXY2A3B4C5D6E7F8";
  const [otherId, trace] = ["01K9ZQ4T0VWXY2A3B4C5D6E7F9", "0af7651916cd43dd8448eb211c80319c"];
  const other = await selling.rpc.order.place({ orderId: "o-2" }, {
    requestId: otherId,
    traceparent: `00-${trace}-b7ad6b7169203331-01`,
  }).orThrow();
  assertEquals(other, { orderId: "o-2" });
  await selling.rpc.order.place({ orderId: "o-1" }, { requestId }).orThrow();

  const whole = "rpc(kv orders o-1, event Order.Placed(" +
    "group mailer dead, " +
    "group packer settled(event Order.Packed(" +
    "group sender settled(kv parcels o-1), group stamper settled(store labels old/o-1, store labels new/o-1.txt))), " +
    "projection latest settled(kv latest o-1)))";
  await until(async () => {
    const found = await chain(requestId);
    return found !== undefined && words(found.chain) === whole;
  }, "all is done");
  const found = await chain(requestId);
  const placed = found?.chain.children[1];
  // An event leads back to the request.
  assertEquals((await chain(`event:${placed?.id}`))?.chain, found?.chain);
  assertEquals((await chain(placed?.id ?? ""))?.chain, found?.chain);
  // So does the trace, whether the caller has begun it or the id of the request decides.
  const own = traceOf({ span: undefined, traceparent: undefined, requestId }).trace;
  assertEquals((await chain(own))?.chain, found?.chain);
  assertEquals((await chain(trace))?.chain, (await chain(otherId))?.chain);
  const unknown = await run("trace", "f".repeat(32));
  assertEquals([unknown.code, unknown.stdout], [4, ""]);
  const { stdout } = await run("trace", requestId);
  assertStringIncludes(stdout, `rpc ${requestId}  (the call itself is not stored)`);
  assertMatch(stdout, /├─ group shop\/packer +settled/);
  assertMatch(stdout, /└─ projection shop\/latest +settled/);
  assertMatch(stdout, /store post\/labels new\/o-1\.txt +written, revision \d +\+\d+ ms/);
  assertMatch(stdout, /kv post\/parcels o-1 +written, revision \d +\+\d+ ms/);
  const part = await run("trace", requestId, "--limit", "1");
  assertStringIncludes(part.stderr, "trellis_events was read up to");

  for (const [id, code] of [["01K9ZQ4T0VWXY2A3B4C5D6E7FX", 4], ["r-1", 2]] as const) {
    const nothing = await run("trace", id);
    assertEquals([nothing.code, nothing.stdout], [code, ""]);
  }
  assertEquals((await run("trace", "r-1", "--since", "1h")).code, 4);

  const history = await run("kv", "history", "shop", "orders", "o-1", "--json");
  assertEquals(JSON.parse(history.stdout)[0].cause, `rpc:${requestId}`);
  const label = await run("store", "info", "post", "labels", "new/o-1.txt", "--json");
  assertMatch(JSON.parse(label.stdout).cause, /^event:[0-9A-Z]{26}\/stamper$/);
  const byHand = await run("kv", "history", "shop", "orders", "o-0", "--json");
  assertEquals(JSON.parse(byHand.stdout)[0].cause, undefined);

  // What is retried and given up again within two minutes is a letter again.
  const [first] = (await letters()).filter(({ cause }) => cause === `rpc:${requestId}`);
  assertEquals((await run("dead", "retry", "post", placed?.id ?? "")).code, 0);
  await until(
    async () =>
      (await letters()).some(({ id, sequence }) =>
        id === first?.id && sequence !== first?.sequence
      ),
    "it is a letter again",
  );
  mailWorks = true;
  assertEquals((await run("dead", "retry", "post", "--group", "mailer", "--all")).code, 0);
  const settled = whole.replace("mailer dead", "mailer settled");
  await until(async () => {
    const after = await chain(requestId);
    return after !== undefined && words(after.chain) === settled;
  }, "it is settled");
  assertEquals(await letters(), []);

  // What a projection has written for an event may be replaced by what it has written for later ones.
  await selling.rpc.order.place({ orderId: "o-1" }).orThrow();
  const replaced = /kv shop\/latest o-1 +written, revision \d+, with later events up to \d+ /;
  await until(
    async () => replaced.test((await run("trace", requestId)).stdout),
    "the projection has folded the later event",
  );
});
