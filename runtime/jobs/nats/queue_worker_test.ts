import { assert, assertEquals } from "@std/assert";
import { ulid } from "ulid";
import type { QueueBinding } from "../../../contracts/stored/bindings.ts";
import { deadStream } from "../../../contracts/stored/work_names.ts";
import { QueueStreams } from "../../../tests/support/nats/queue_streams.ts";
import { SILENT } from "../../../tests/support/deployed.ts";
import { shared } from "../../../tests/support/shared.ts";
import { TrellisServer } from "../../../tests/support/trellis_server.ts";
import { until } from "../../../tests/support/until.ts";
import { inboxPrefix } from "../../nats/connection.ts";
import { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { OwnNotes } from "../../work/delivery_notes.ts";
import type { Outcome } from "../../work/outcome.ts";
import type { QueueEntry } from "../queue_entry.ts";
import type { QueueRun } from "../queue_run.ts";
import { QueueStream } from "./queue_stream.ts";
import { type QueueWork, queueWorker } from "./queue_worker.ts";

const server = shared(() => TrellisServer.start());
const streams = shared(async () => await QueueStreams.open((await server()).url));
const encoder = new TextEncoder();

/** A queue with a worker, which is begun by the test. */
async function open(
  deployment: string,
  run: (run: QueueRun) => Outcome | Promise<Outcome>,
  { settings = {}, classes = 1, ...more }: {
    settings?: Partial<QueueBinding>;
    classes?: number;
  } & Partial<QueueWork> = {},
) {
  const binding = await (await streams()).make({ deployment, queue: "q", settings, classes });
  const messaging = await (await server()).connect(deployment);
  const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
  const owner = { deployment, kind: "job", queue: "q" } as const;
  const stream = new QueueStream({ ...owner, requests, binding });
  const worker = queueWorker({
    ...owner,
    requests,
    binding,
    isStrict: false,
    dead: deadStream(deployment),
    keepDeadMs: 60_000,
    notes: new OwnNotes(),
    now: () => Promise.resolve(Date.now()),
    log: SILENT,
    run,
    ...more,
  });
  const put = async (entry: Partial<QueueEntry> = {}, isOnly = false) => {
    const id = entry.id ?? ulid();
    const full = {
      id,
      class: 0,
      lane: 0,
      slot: id,
      body: encoder.encode("{}"),
      createdAt: new Date().toISOString(),
      marks: {},
      ...entry,
    };
    return await stream.enqueue(full, { isOnly, deadline: performance.now() + 5000 }).then((
      result,
    ) => result.orThrow());
  };
  return {
    stream,
    worker,
    put,
    count: async () => await (await streams()).count(binding.stream),
    async [Symbol.asyncDispose]() {
      await worker.stop(1000);
      await messaging.close();
    },
  };
}

Deno.test("a job is tried as often as declared, parked meanwhile, and then kept as a dead letter", async () => {
  const seen: number[] = [];
  await using queue = await open("parks", ({ tries }) => {
    seen.push(tries);
    return { kind: "failed", error: `no ${tries}` };
  });
  queue.worker.start();
  await queue.put({ id: "j1" });
  const dead = deadStream("parks");
  await until(async () => await (await streams()).count(dead) === 1, "it is a dead letter");
  assertEquals(seen, [1, 2, 3]);
  const letter = await (await streams()).manager.streams.getMessage(dead, { seq: 1 });
  assertEquals(letter?.subject, "dead.parks.job.q.j1");
  assertEquals(letter?.header.get("Trellis-Dead-Reason"), "failed");
  assertEquals(letter?.header.get("Trellis-Dead-Tries"), "3");
  assertEquals(letter?.header.get("Trellis-Job-Id"), "j1");
  assertEquals(letter?.header.get("Nats-TTL"), "60s");
  assertEquals(
    letter?.header.get("Trellis-Origin"),
    "trellis_jobs_parks 1 jobs.parks.job.q.run.0.0.j1",
  );
  await until(async () => await queue.count() === 0, "the queue is empty");
});

Deno.test("a slot is taken while its job waits, is in work, or waits for its next try", async () => {
  const gate = Promise.withResolvers<void>();
  let tries = 0;
  await using queue = await open("slots", async () => {
    if (++tries > 1) return { kind: "done" };
    await gate.promise;
    return { kind: "failed", error: "again" };
  }, { settings: { backoffMs: [1500] } });
  const another = async () => (await queue.put({ slot: "u-a" }, true)).kind;
  const runAt = new Date(Date.now() + 700).toISOString();
  assertEquals((await queue.put({ slot: "u-a", runAt }, true)).kind, "stored");
  assertEquals(await another(), "occupied");
  queue.worker.start();
  await until(() => tries === 1, "it is in work, at its time");
  assert(Date.now() >= Date.parse(runAt));
  assertEquals(await another(), "occupied");
  gate.resolve();
  await until(() => queue.worker.inWork === 0, "it is parked");
  assertEquals(await another(), "occupied");
  await until(() => tries === 2, "it is tried again");
  await until(async () => await queue.count() === 0, "it is done");
  assertEquals(await another(), "stored");
});

Deno.test("the same id is stored once, and what waits can be found and removed", async () => {
  await using queue = await open("found", () => ({ kind: "done" }));
  const stored = { kind: "stored", sequence: 1 } as const;
  assertEquals(await queue.put({ id: "same" }), { ...stored, isRepeat: false });
  assertEquals(await queue.put({ id: "same" }), { ...stored, isRepeat: true });
  const deadline = performance.now() + 5000;
  const found = (await queue.stream.find("same", deadline)).orThrow();
  assertEquals(found?.subject, "jobs.found.job.q.run.0.0.same");
  assertEquals((await queue.stream.remove(found!.sequence, deadline)).orThrow(), true);
  assertEquals((await queue.stream.remove(found!.sequence, deadline)).orThrow(), false);
  assertEquals((await queue.stream.find("same", deadline)).orThrow(), undefined);
});

Deno.test("what is past its deadline is not begun, and what runs on is told and given up", async () => {
  const aborted: string[] = [];
  await using queue = await open("late", async ({ item, signal }) => {
    await new Promise<void>((resolve) =>
      signal().addEventListener("abort", () => {
        aborted.push(item.id);
        if (item.id === "obeys") resolve();
      })
    );
    return { kind: "failed", error: "it was told to end" };
  }, { settings: { concurrency: 4 } });
  const after = (ms: number) => new Date(Date.now() + ms).toISOString();
  await queue.put({ id: "over", deadline: after(-1) });
  await queue.put({ id: "obeys", deadline: after(300) });
  await queue.put({ id: "hangs", deadline: after(300) });
  queue.worker.start();
  const dead = deadStream("late");
  await until(async () => await (await streams()).count(dead) === 3, "all are dead letters");
  assertEquals(aborted.sort(), ["hangs", "obeys"]);
  for (let seq = 1; seq <= 3; seq++) {
    const letter = await (await streams()).manager.streams.getMessage(dead, { seq });
    assertEquals(letter?.header.get("Trellis-Dead-Reason"), "expired");
  }
});

Deno.test("what waits in the first class is begun before what waits in the next", async () => {
  const seen: string[] = [];
  await using queue = await open("classes", async ({ item }) => {
    seen.push(item.id);
    await new Promise((resolve) => setTimeout(resolve, 2));
    return { kind: "done" };
  }, { classes: 2 });
  for (let n = 0; n < 10; n++) await queue.put({ id: `low-${n}`, class: 1 });
  for (let n = 0; n < 10; n++) await queue.put({ id: `high-${n}`, class: 0 });
  queue.worker.start();
  await until(() => seen.length === 20, "all are done");
  // One of the lower class may have come while nothing was known of the first one.
  const late = seen.slice(0, 11).filter((id) => id.startsWith("low"));
  assert(late.length <= 1, seen.join(" "));
});
