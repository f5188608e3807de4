import { assert, assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract, ok } from "../../../mod.ts";
import { connect, deploy, SILENT } from "../../support/deployed.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

const Order = Type.Object({ orderId: Type.String(), n: Type.Integer() });

const shop = defineServiceContract({ schemas: { Order } }, (ref) => ({
  id: "shop@v1",
  displayName: "Shop",
  description: "Sells.",
  rpc: {
    "Order.Place": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") },
  },
  events: { "Order.Placed": { version: "v1", event: ref.schema("Order"), params: ["/orderId"] } },
  jobs: {
    pack: { payload: ref.schema("Order"), concurrency: 4 },
    bill: { payload: ref.schema("Order"), unique: "/orderId", keepMs: { done: 60_000 } },
  },
  resources: {
    kv: { orders: { purpose: "Orders.", schema: ref.schema("Order"), outbox: true } },
  },
}));

const server = shared(() => TrellisServer.start());

Deno.test("a job is created with the values of its transaction, or not at all", async () => {
  const packed: unknown[] = [];
  const billed: string[] = [];
  const warnings: string[] = [];
  const log = { ...SILENT, warn: (message: string) => void warnings.push(message) };
  const handlers = defineHandlers(shop, {
    rpc: {
      "Order.Place": async ({ input, client }) => {
        const { jobs } = await client.transact((tx) => {
          tx.kv.orders.create(input.orderId, input);
          tx.jobs.pack.create(input);
          tx.jobs.pack.create({ ...input, n: 100 }, { delayMs: 300 });
          tx.jobs.bill.create(input);
        }).orThrow();
        assertEquals(jobs.map(({ queue }) => queue), ["pack", "pack", "bill"]);
        return ok(input);
      },
    },
    jobs: {
      pack: ({ payload, job }) => {
        packed.push([payload.orderId, payload.n, job.attempt]);
        return ok();
      },
      bill: ({ payload, job }) => {
        billed.push(`${payload.orderId} ${job.id}`);
        return ok();
      },
    },
  });
  await using service = await deploy(await server(), shop, handlers, { log });
  const order = { orderId: "o-1", n: 1 };
  await service.rpc.order.place(order).orThrow();
  await until(() => packed.length === 2 && billed.length === 1, "all are worked on");
  assertEquals(packed, [["o-1", 1, 1], ["o-1", 100, 1]]);
  const [id] = billed.map((line) => line.split(" ")[1]!);
  await until(
    async () => (await service.jobs.bill.get(id!).orThrow()).state === "done",
    "it is done",
  );
  // The order is there already: nothing of the second transaction is stored.
  const again = await service.transact((tx) => {
    tx.kv.orders.create("o-1", order);
    tx.jobs.pack.create({ orderId: "o-1", n: 2 });
  });
  assertEquals(again.isErr(), true);
  const misfit = await service.transact((tx) => {
    tx.kv.orders.create("o-2", { orderId: "o-2", n: 1 });
    tx.jobs.pack.create({ orderId: "o-2" } as never);
  });
  assertEquals(misfit.isErr() && misfit.error.name, "ValidationError");
  assertEquals((await service.kv.orders.get("o-2")).isErr(), true);
  assertEquals(packed.length, 2);
  assertEquals(warnings, []);
});

Deno.test("a job of a transaction whose key is taken by then is left out, and the log says so", async () => {
  const warnings: string[] = [];
  const log = { ...SILENT, warn: (message: string) => void warnings.push(message) };
  // Without handlers nothing is worked on.
  await using service = await connect(await server(), shop, undefined, { log });
  const order = { orderId: "o-3", n: 1 };
  const first = await service.jobs.bill.create(order).orThrow();
  await service.transact((tx) => {
    tx.kv.orders.create("o-3", order);
    tx.jobs.bill.create(order);
  }).orThrow();
  await until(() => warnings.length > 0, "it is left out");
  assertEquals(warnings[0]?.includes(`is not finished: ${first.id}`), true, warnings[0]);
  assertEquals((await service.jobs.bill.list({ state: "queued" }).orThrow()).map(({ id }) => id), [
    first.id,
  ]);
});

Deno.test("a clock of this machine that is an hour off delays no job of a transaction, and hurries none", async () => {
  const packed: number[] = [];
  const handlers = defineHandlers(shop, {
    rpc: { "Order.Place": ({ input }) => ok(input) },
    jobs: {
      pack: ({ payload }) => {
        packed.push(payload.n);
        return ok();
      },
      bill: () => ok(),
    },
  });
  const real = Date.now;
  try {
    await using server = await TrellisServer.start();
    await using service = await deploy(server, shop, handlers, { log: SILENT });
    for (const hours of [1, -1]) {
      Date.now = () => real() + hours * 3_600_000;
      const began = performance.now();
      await service.transact((tx) => {
        const order = { orderId: `clock${hours}`, n: hours };
        tx.kv.orders.create(order.orderId, order);
        tx.jobs.pack.create(order, { delayMs: 300 });
      }).orThrow();
      await until(() => packed.includes(hours), `it is worked on with ${hours} h`, 20_000);
      assert(performance.now() - began >= 300, `not sooner with ${hours} h`);
    }
  } finally {
    Date.now = real;
  }
});
