/** The records of jobs, as those who work on the jobs write them. */
import { assert, assertEquals } from "@std/assert";
import { Kvm } from "@nats-io/kv";
import { err, ok } from "../../../mod.ts";
import type { JobState } from "../../../contracts/stored/job_record.ts";
import { JobRunner } from "../../../runtime/jobs/handlers/run_job.ts";
import { jobSurface } from "../../../runtime/jobs/job_surface.ts";
import { QueueItem } from "../../../runtime/jobs/queue_item.ts";
import { RecordStore } from "../../../runtime/jobs/record_store.ts";
import { type Claimed, RunningJob } from "../../../runtime/jobs/running_job.ts";
import type { KvBucket } from "../../../runtime/kv/kv_bucket.ts";
import { KVError, type KVErrorReason } from "../../../runtime/kv/kv_error.ts";
import { openKvBucket } from "../../../runtime/kv/nats/open_typed_kv.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import { SILENT } from "../../support/deployed.ts";
import { mailer } from "../../support/jobs/mailer.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

const server = shared(() => TrellisServer.start());

/** The records of a queue, in a bucket of its own. */
async function recordsOf(queue: string): Promise<{ store: RecordStore; faults: WriteFaults }> {
  const messaging = await (await server()).connect(queue);
  await new Kvm(messaging.connection).create(queue);
  const opened = await openKvBucket({
    connection: messaging.line,
    inboxPrefix: inboxPrefix(messaging.session),
    binding: { bucket: queue, history: 1, ttlMs: 0 },
  });
  const faults: WriteFaults = { lost: 0, refused: 0 };
  const bucket = ok(faulty(opened.orThrow(), faults));
  return { store: new RecordStore(() => Promise.resolve(bucket), "job", queue), faults };
}

/** Writes that are carried out without an answer, and writes that are not carried out. */
interface WriteFaults {
  lost: number;
  refused: number;
}

/** The same bucket, to which the connection is bad for the next so many writes. */
function faulty(bucket: KvBucket, faults: WriteFaults): KvBucket {
  const failed = (reason: KVErrorReason) => err(new KVError({ reason, message: reason }));
  const write: KvBucket["write"] = async (...what) => {
    if (faults.refused-- > 0) return failed("timeout");
    const written = await bucket.write(...what);
    return faults.lost-- > 0 ? failed("unknown_outcome") : written;
  };
  return new Proxy(bucket, {
    get(target, name) {
      if (name === "write") return write;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** Claims the job `j`, which was delivered so often. */
async function claim(
  store: RecordStore,
  deliveries: number,
  { sequence = 5, writtenAt = 1000, why = [] as string[] } = {},
): Promise<Claimed> {
  const worker = `w${deliveries}`;
  const times = { attempt: deliveries, sequence, deliveries, writtenAt };
  const claiming = {
    id: "j",
    createdAt: "x",
    deadline: undefined,
    cause: undefined,
    worker,
    ...times,
  };
  const stop = (reason: string) => why.push(`${worker} ${reason}`);
  return (await RunningJob.claim(store, claiming, stop, 60_000)).orThrow();
}

async function begun(store: RecordStore, deliveries: number): Promise<RunningJob> {
  const claimed = await claim(store, deliveries);
  assert(claimed instanceof RunningJob);
  return claimed;
}

async function recordIn(store: RecordStore) {
  return (await store.read("j")).orThrow()?.record;
}

Deno.test("a worker whose job was given to another one learns it, and its writes are refused", async () => {
  const { store } = await recordsOf("fenced");
  const why: string[] = [];
  const forgotten = await claim(store, 1, { why });
  // A server that was killed may make the same delivery again, to another worker.
  const frozen = await claim(store, 1, { why });
  assert(forgotten instanceof RunningJob);
  assertEquals((await forgotten.finish({ state: "done" })).orThrow(), false);
  assertEquals(why.splice(0), ["w1 another worker has it"]);
  const taker = await claim(store, 2, { why });
  assert(frozen instanceof RunningJob && taker instanceof RunningJob);
  // It was delivered before the one that has it, and begins only now.
  assertEquals(await claim(store, 1, { why }), "taken");
  assertEquals(await claim(store, 1, { sequence: 4, writtenAt: 999, why }), "taken");
  frozen.progress({ done: 1 });
  await until(() => why.length > 0, "it is told");
  assertEquals(why, ["w1 another worker has it"]);
  assertEquals((await frozen.finish({ state: "done" })).orThrow(), false);
  taker.progress({ done: 2 });
  assertEquals((await taker.finish({ state: "done" })).orThrow(), true);
  const { state, progress, worker } = await recordIn(store) ?? {};
  assertEquals({ state, progress, worker }, { state: "done", progress: { done: 2 }, worker: "w2" });
  assertEquals(await claim(store, 3, { why }), "ended");
  const write = async (state: JobState) =>
    await store.write("j", { ...(await recordIn(store))!, state }, { kind: "any" });
  // Its message was deleted, and somebody has ended it.
  await write("running");
  const lost = await claim(store, 4, { why });
  assert(lost instanceof RunningJob);
  await write("cancelled");
  assertEquals((await lost.finish({ state: "done" })).orThrow(), false);
  assertEquals(why.splice(1), ["w4 it is cancelled"]);
  await write("running");
  // The stream was made again, and counts from 1 again.
  assert(await claim(store, 1, { sequence: 1, writtenAt: 2000, why }) instanceof RunningJob);
});

Deno.test("a job is not done again because the answer to a write of its own worker was lost", async () => {
  const { store, faults } = await recordsOf("unanswered");
  const first = await begun(store, 1);
  faults.lost = 1;
  first.progress({ done: 1 });
  await until(async () => (await recordIn(store))?.progress !== undefined, "it is written");
  assertEquals((await first.finish({ state: "scheduled" })).orThrow(), true);
  assertEquals((await recordIn(store))?.state, "scheduled");

  const second = await begun(store, 2);
  faults.lost = 1;
  assert((await second.finish({ state: "done" })).isErr());
  // What follows a write that has failed.
  assertEquals((await second.finish({ state: "scheduled" })).orThrow(), true);
  assertEquals((await recordIn(store))?.state, "done");
});

Deno.test("a job that is given up is not said to run because its record could not be written at once", async () => {
  const { store, faults } = await recordsOf("given-up");
  const runner = new JobRunner({
    surface: jobSurface(mailer.manifest, "kept"),
    steps: () => Promise.reject(new Error("there are none")),
    log: SILENT,
    handler: () => ok(),
    migrations: {},
    records: store,
    worker: "w",
    gates: [],
    now: () => Promise.resolve(Date.now()),
  });
  await begun(store, 1);
  const message = { subject: "jobs.d.job.kept.run.0.0.j", sequence: 5, writtenAt: 1000 };
  const item = new QueueItem({ ...message, headers: "" }, "jobs");
  faults.refused = 2;
  const crashed = { kind: "dead", reason: "crashed", error: "no worker", hold: false } as const;
  await runner.decided(item, crashed, 2);
  assertEquals((await recordIn(store))?.state, "dead");
});
