import { assertEquals, assertRejects } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../contracts/define/define.ts";
import { err, ok } from "../../contracts/result.ts";
import { defineHandlers } from "../../runtime/service/define_handlers.ts";
import { startTrellis } from "./mod.ts";

const contract = defineServiceContract({
  schemas: { Wish: Type.Object({ name: Type.String(), delayMs: Type.Integer() }) },
}, (ref) => ({
  id: "wishes@v1",
  displayName: "Wishes",
  description: "Works on wishes when their time has come.",
  rpc: { "Wish.Make": { version: "v1", input: ref.schema("Wish"), output: ref.schema("Wish") } },
  operations: {
    "Wish.Await": {
      version: "v1",
      input: ref.schema("Wish"),
      output: ref.schema("Wish"),
      work: { deadlineMs: 86_400_000 },
    },
  },
  events: { "Wish.Granted": { version: "v1", event: ref.schema("Wish") } },
  eventConsumers: { told: { self: ["Wish.Granted"] } },
  jobs: {
    grant: { payload: ref.schema("Wish"), backoffMs: [600_000], defaultDeadlineMs: 86_400_000 },
  },
}));

Deno.test("a test moves the time, and knows when all work is done", async () => {
  const told: string[] = [];
  const handlers = defineHandlers(contract, {
    rpc: {
      "Wish.Make": async ({ input, client }) => {
        await client.jobs.grant.create(input, { delayMs: input.delayMs }).orThrow();
        return ok(input);
      },
    },
    operations: {
      "Wish.Await": async ({ input, op }) => {
        await op.sleep("night", input.delayMs);
        return ok(input);
      },
    },
    jobs: {
      grant: async ({ payload, job, client }) => {
        if (job.attempt < 3) return err(new Error("not yet"));
        await client.event.wish.granted.publish(payload).orThrow();
        return ok();
      },
    },
    events: {
      told: {
        self: {
          "Wish.Granted": ({ event }) => {
            told.push(event.name);
            return ok();
          },
        },
      },
    },
  });
  await using trellis = await startTrellis({ services: [handlers] });
  const { rpc: { wish }, operation } = await trellis.client(contract);
  const began = trellis.time.now().getTime();
  // Each is tried again twice, ten minutes later, a fifth more or less.
  await wish.make({ name: "now", delayMs: 0 }).orThrow();
  await wish.make({ name: "later", delayMs: 3_600_000 }).orThrow();
  const waits = await operation.wish.await.start({ name: "soon", delayMs: 3_600_000 }).orThrow();
  await trellis.settled();
  assertEquals(told, []);
  assertEquals((await waits.get().orThrow()).state, "waiting");

  await trellis.time.advance("30m");
  assertEquals(told, ["now"]);
  await trellis.time.advance("2h");
  assertEquals(told, ["now", "later"]);
  assertEquals((await waits.get().orThrow()).state, "completed");
  const hours = (trellis.time.now().getTime() - began) / 3_600_000;
  assertEquals(Math.floor(hours * 10), 25);
  await assertRejects(() => trellis.time.advance("soon"), RangeError, "1h");
});

Deno.test("work that does not end is named", async () => {
  const stuck = Promise.withResolvers<void>();
  const handlers = defineHandlers(contract, {
    rpc: { "Wish.Make": ({ input }) => ok(input) },
    operations: { "Wish.Await": ({ input }) => ok(input) },
    jobs: { grant: () => ok() },
    events: { told: { self: { "Wish.Granted": () => stuck.promise.then(() => ok()) } } },
  });
  await using trellis = await startTrellis({ services: [handlers], contracts: [] });
  const service = await trellis.service(contract);
  await service.event.wish.granted.publish({ name: "a", delayMs: 0 }).orThrow();
  const error = await assertRejects(() => trellis.settled({ timeoutMs: 500 }), Error);
  assertEquals(error.message.includes("group__wishes__told has 0 waiting and 1 in work"), true);
  stuck.resolve();
  await trellis.settled();
});
