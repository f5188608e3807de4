import { assertEquals, assertStringIncludes } from "@std/assert";
import { readQueueFigures } from "../../../cli/jobs/queue_figures.ts";
import { provision } from "../../support/deployed.ts";
import { RawQueues } from "../../support/nats/raw_queues.ts";
import { oldestServer } from "../../support/oldest_server.ts";
import { type JobPatch, mailContract } from "../../support/queues/queue_contracts.ts";
import { TrellisServer } from "../../support/trellis_server.ts";

const JOBS = "trellis_jobs_mail";
const KEYED = { keyConcurrency: { key: "/tenantId" } };
const binary = await oldestServer();

const place = (lane: number, slot: string, priority = 0) =>
  `jobs.mail.job.send.run.${priority}.${lane}.${slot}`;
const durable = (part: number) => `job__mail__send__${part}`;

/** A server with one queue, and what changes it. */
async function withQueue(server: TrellisServer, job: JobPatch) {
  const authority = await server.authority();
  await provision(authority, mailContract({ send: job }));
  const raw = await RawQueues.open((await server.connect()).connection);
  const change = async (next: JobPatch) =>
    await provision(authority, mailContract({ send: next, other: {} }));
  return { authority, raw, change };
}

for (const server of ["today's server", "NATS 2.10"]) {
  const oldest = server === "NATS 2.10";
  Deno.test({
    name: `[W11] on ${server} lanes move only when nothing of them is in work, and nothing is lost`,
    ignore: oldest && binary === undefined,
    fn: async () => {
      await using server = await TrellisServer.start(
        oldest && binary !== undefined ? { binary } : {},
      );
      const { authority, raw, change } = await withQueue(server, { ...KEYED, concurrency: 4 });
      // Lane 4 is that of the first of four consumers, and of the fifth of eight.
      await raw.queue(place(4, "a"), {});
      await raw.queue(place(4, "b"), {});
      const first = await raw.take(JOBS, durable(0));
      assertEquals(first?.subject, place(4, "a"));
      const { materialized } = await change({ ...KEYED, concurrency: 8 });
      const [problem] = materialized!.problems;
      assertEquals(problem?.code, "queue_moving");
      assertStringIncludes(problem?.message ?? "", "1 in work");
      // Services ask for what is to come already, and get nothing new meanwhile.
      assertEquals(materialized!.bindings.jobs?.send?.consumers[0]?.length, 8);
      assertEquals(await raw.consumer(JOBS, durable(4)), undefined);
      assertEquals(await raw.take(JOBS, durable(0)), undefined);
      await first!.ackAck();
      const after = (await authority.reconcile("mail")).orThrow();
      assertEquals(after.materialized?.problems, []);
      assertEquals(after.materialized?.bindings.jobs?.send?.consumers[0]?.length, 8);
      assertEquals((await raw.take(JOBS, durable(4)))?.subject, place(4, "b"));
      assertEquals((await authority.reconcile("mail")).orThrow().actions, []);
      // Fewer of them: those that go are asked for until what they have in work is done.
      await raw.queue(place(5, "c"), {});
      const last = await raw.take(JOBS, durable(5));
      const fewer = await change({ ...KEYED, concurrency: 2 });
      const bound = fewer.materialized!.bindings.jobs?.send?.consumers[0];
      assertEquals([bound?.slice(0, 2), bound?.length], [[durable(0), durable(1)], 8]);
      await last!.ackAck();
    },
  });
}

Deno.test("a queue that has nothing in work gets its new lanes in one reconcile, and short work is waited for", async () => {
  await using server = await TrellisServer.start();
  const { raw, change } = await withQueue(server, {});
  await raw.queue(place(0, "a"), {});
  await raw.queue(place(0, "b"), {});
  const taken = await raw.take(JOBS, durable(0));
  setTimeout(() => taken?.ack(), 300);
  const { materialized, actions } = await change({ ...KEYED, priorities: 2 });
  assertEquals(materialized?.problems, []);
  assertEquals(actions.filter(({ kind }) => kind === "hold_consumer").length, 1);
  assertEquals(materialized?.bindings.jobs?.send?.consumers.map(({ length }) => length), [8, 8]);
  assertEquals((await raw.take(JOBS, durable(0)))?.subject, place(0, "b"));
});

Deno.test("what was queued in a class that is no more is taken by the last one", async () => {
  await using server = await TrellisServer.start();
  const { raw, change } = await withQueue(server, { priorities: 3 });
  await raw.queue(place(0, "low", 2), {});
  assertEquals((await change({})).materialized?.problems, []);
  const left = await raw.take(JOBS, durable(0));
  assertEquals(left?.subject, place(0, "low", 2));
  await left!.ackAck();
  assertEquals(Object.keys(await raw.consumers(JOBS)), [
    "job__mail__other__0",
    "job__mail__send__0",
  ]);
});

Deno.test("a pause outlives changed limits and changed lanes", async () => {
  await using server = await TrellisServer.start();
  const { raw, change } = await withQueue(server, {});
  const until = new Date(Date.now() + 3_600_000);
  await raw.pause(JOBS, durable(0), until);
  await raw.queue(place(0, "a"), {});
  assertEquals((await change({ concurrency: 5 })).actions.map(({ kind }) => kind), [
    "update_consumer",
    "create_consumer",
  ]);
  assertEquals((await raw.consumer(JOBS, durable(0)))?.paused, true);
  await change({ ...KEYED, concurrency: 2 });
  const made = [await raw.consumer(JOBS, durable(0)), await raw.consumer(JOBS, durable(1))];
  assertEquals(made.map((one) => one?.paused), [true, true]);
  assertEquals(await raw.take(JOBS, durable(0)), undefined);
});

Deno.test("drift repaired: a deleted durable gets all that waits, and filters set outside are undone without loss", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await withQueue(server, { concurrency: 2 });
  await raw.queue(place(0, "a"), {});
  await raw.remove(JOBS, durable(0));
  await authority.reconcile("mail");
  const again = await raw.take(JOBS, durable(0));
  assertEquals(again?.subject, place(0, "a"));
  await again!.ackAck();
  await raw.change(JOBS, durable(0), {
    filter_subjects: ["jobs.mail.job.send.run.1.*.*"],
    max_ack_pending: 99,
    max_deliver: 3,
  });
  await raw.queue(place(0, "b"), {});
  const { materialized } = (await authority.reconcile("mail")).orThrow();
  assertEquals(materialized?.problems, []);
  assertEquals((await raw.take(JOBS, durable(0)))?.subject, place(0, "b"));
  const { config } = (await raw.consumer(JOBS, durable(0)))!;
  assertEquals([config.max_ack_pending, config.max_deliver], [2, -1]);
  await raw.changeStream(JOBS, { max_msgs: 10, discard: "new" });
  await authority.reconcile("mail");
  const stream = (await raw.stream(JOBS))!.config;
  assertEquals([stream.max_msgs, stream.discard], [-1, "old"]);
});

Deno.test("a queue that is removed keeps what waits in it, and goes on with it when it comes back", async () => {
  await using server = await TrellisServer.start();
  const { authority, raw } = await withQueue(server, {});
  await raw.queue(place(0, "a"), {});
  const contract = mailContract({ other: {} });
  const { materialized } = await provision(authority, contract);
  assertEquals(materialized?.problems, []);
  assertEquals(Object.keys(materialized!.bindings.jobs ?? {}), ["other"]);
  assertEquals(Object.keys(await raw.consumers(JOBS)), ["job__mail__other__0"]);
  assertEquals(await raw.subjects(JOBS), { [place(0, "a")]: 1 });
  const emptied = await provision(authority, mailContract({}));
  assertEquals(await raw.subjects(JOBS), { [place(0, "a")]: 1 });
  const figures = await readQueueFigures([emptied.record], await server.connect(), []);
  assertEquals(figures.orThrow().map(({ name, isDeclared, work }) => [name, isDeclared, work]), [
    ["send", false, {
      waiting: 1,
      scheduled: 0,
      inWork: 0,
      oldestAt: figures.orThrow()[0]?.work?.oldestAt,
      pausedUntil: undefined,
    }],
  ]);
  const back = await provision(authority, mailContract({ send: { concurrency: 2 } }));
  assertEquals(back.materialized?.problems, []);
  const found = await raw.take(JOBS, durable(0));
  assertEquals(found?.subject, place(0, "a"));
  await found!.ackAck();
  await provision(authority, mailContract({}));
  assertEquals([await raw.stream(JOBS)], [undefined]);
});
