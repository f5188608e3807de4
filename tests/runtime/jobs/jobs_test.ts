import { Kvm } from "@nats-io/kv";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { err, GiveUp, isErr, type JobRef, ok, RetryLater } from "../../../mod.ts";
import { jobStream, recordKey, recordsBucket } from "../../../contracts/stored/job_names.ts";
import { deadStream } from "../../../contracts/stored/work_names.ts";
import { runningInstances } from "../../../cli/deployments/running_instances.ts";
import { deployMailer } from "../../support/jobs/mailer.ts";
import { QueueStreams } from "../../support/nats/queue_streams.ts";
import { SILENT } from "../../support/deployed.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

const server = shared(() => TrellisServer.start());
const streams = shared(async () => await QueueStreams.open((await server()).url));
const deploy = async (deployment: string, settings = {}) =>
  await deployMailer(await server(), await streams(), deployment, settings);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("a job comes to its handler with its payload, and its result to who waits for it", async () => {
  const { start } = await deploy("result");
  const seen: unknown[] = [];
  await using service = await start({
    kept: async ({ payload, job }) => {
      const step = await job.step("smtp", ({ id }) => ({ at: id }));
      seen.push([payload, job.attempt, step, Date.parse(job.createdAt) > 0]);
      if (job.attempt === 1) return err(new Error("busy"));
      job.progress({ current: 1, total: 1 });
      job.log("sent");
      return ok({ id: job.id });
    },
  });
  const job = await service.jobs.kept.create({ to: "ada" }).orThrow();
  assertEquals(job.queue, "kept");
  assertEquals(await job.wait({ timeoutMs: 60_000 }).orThrow(), { id: job.id });
  const step = { at: `job.kept.${job.id}.step.smtp` };
  assertEquals(seen, [[{ to: "ada" }, 1, step, true], [{ to: "ada" }, 2, step, true]]);
  const found = await service.jobs.kept.get(job.id).orThrow();
  const { state, attempt, progress, logs, result, error } = found;
  assertEquals([state, attempt, progress, result], ["done", 2, { current: 1, total: 1 }, {
    id: job.id,
  }]);
  assertEquals(logs?.map(({ message }) => message), ["sent"]);
  assertEquals(error, undefined);
  // Another process, which knows the id alone.
  await using other = await start({});
  assertEquals(await other.jobs.kept.ref(job.id).wait().orThrow(), { id: job.id });
  assertEquals((await other.jobs.kept.list({ state: "done" }).orThrow()).map(({ id }) => id), [
    job.id,
  ]);
});

Deno.test("jobs of several queues may have the same id, and all are done", async () => {
  const { start } = await deploy("same");
  await using service = await start({ plain: () => ok(), kept: ({ job }) => ok({ id: job.id }) });
  const { plain, kept } = service.jobs;
  await plain.create({ to: "a" }, { id: "mine" }).orThrow();
  const job = await kept.create({ to: "a" }, { id: "mine" }).orThrow();
  assertEquals(await job.wait({ timeoutMs: 60_000 }).orThrow(), { id: "mine" });
});

Deno.test("a queue without records says what waits, and when it is gone", async () => {
  const { start } = await deploy("plain");
  await using service = await start({});
  const { plain } = service.jobs;
  const now = await plain.create({ to: "a" }).orThrow();
  const later = await plain.create({ to: "b" }, { delayMs: 60_000, id: "mine" }).orThrow();
  assertEquals(later.id, "mine");
  assertEquals((await now.get().orThrow()).state, "queued");
  assertEquals((await later.get().orThrow()).state, "scheduled");
  assertEquals((await plain.list().orThrow()).map(({ id }) => id), [now.id, "mine"]);
  assertEquals((await plain.list({ state: "scheduled" }).orThrow()).map(({ id }) => id), ["mine"]);
  assertEquals(await later.cancel().orThrow(), "cancelled");
  const gone = (await plain.get("mine")).take();
  assert(isErr(gone) && gone.error.name === "JobError" && gone.error.reason === "not_found");
  await using _worker = await start({ plain: () => ok() });
  await now.wait({ timeoutMs: 60_000 }).orThrow();
});

Deno.test("errors of handlers say what becomes of a job, and what is given up is a dead letter", async () => {
  const { start } = await deploy("errors");
  const tries = new Map<string, number[]>();
  await using service = await start({
    kept: ({ payload: { to }, job }) => {
      tries.set(to, [...tries.get(to) ?? [], job.attempt]);
      if (to === "later" && tries.get(to)!.length < 3) return err(new RetryLater({ afterMs: 10 }));
      if (to === "never") return err(new GiveUp({ reason: "unknown address" }));
      if (to === "throws") throw new Error("a bug");
      if (to === "misfit") return ok({ id: 7 } as never);
      return ok({ id: to });
    },
  });
  const { kept } = service.jobs;
  const outcome = async (to: string) => {
    const job = await kept.create({ to }).orThrow();
    const result = await job.wait({ timeoutMs: 30_000 });
    return result.isErr() ? [result.error.name, (await job.get().orThrow()).reason] : "ok";
  };
  const all = await Promise.all(["later", "never", "throws", "misfit"].map(outcome));
  assertEquals(all, [
    "ok",
    ["JobError", "gave_up"],
    ["JobError", "failed"],
    ["JobError", "failed"],
  ]);
  assertEquals(Object.fromEntries(tries), {
    later: [1, 1, 1],
    never: [1],
    throws: [1, 2, 3],
    misfit: [1, 2, 3],
  });
  assertEquals(await (await streams()).count(deadStream("errors")), 3);
});

Deno.test("what does not fit is refused when it is created, and says why", async () => {
  const { start } = await deploy("refused");
  await using service = await start({});
  const bad = (await service.jobs.plain.create({ to: 7 } as never)).take();
  assert(isErr(bad) && bad.error.name === "ValidationError");
  assertEquals(bad.error.issues.map(({ path }) => path), ["/to"]);
  const options = { id: "a.b", delayMs: -1, priority: 1 } as never;
  const wrong = (await service.jobs.plain.create({ to: "a" }, options)).take();
  assert(isErr(wrong) && wrong.error.name === "ValidationError");
  assertEquals(wrong.error.issues.map(({ path }) => path), ["/id", "/delayMs", "/priority"]);
});

Deno.test("16 callers race for one key, and one wins, in every state of the job", async () => {
  const { start } = await deploy("raced", { backoffMs: [2000] });
  await using creator = await start({});
  const race = async (delayMs?: number) => {
    const options = delayMs === undefined ? {} : { delayMs };
    const all = await Promise.all(
      Array.from({ length: 16 }, () => creator.jobs.unique.create({ to: "ada" }, options)),
    );
    const ids = all.flatMap((result) => result.isOk() ? [result.value.id] : []);
    const refusals = all.flatMap((result) => result.isErr() ? [result.error] : []);
    for (const error of refusals) {
      assert(error.name === "JobError" && error.reason === "duplicate", error.message);
    }
    return { ids, there: refusals.flatMap((error) => "id" in error ? error.id : []) };
  };
  const first = await race(500);
  assertEquals(first.ids.length, 1);
  assertEquals(new Set(first.there), new Set(first.ids));
  // Waiting for its time.
  assertEquals((await race()).ids, []);
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const worker = await start({
    unique: async () => {
      if (++runs > 1) return ok();
      await gate.promise;
      return err(new Error("again"));
    },
  });
  await until(() => runs === 1, "it is in work");
  assertEquals((await race()).ids, []);
  gate.resolve();
  const stream = jobStream("raced");
  await until(async () => {
    const found = await creator.jobs.unique.get(first.ids[0]!).take();
    return !isErr(found) && found.state === "scheduled";
  }, "it waits for its next try");
  assertEquals((await race()).ids, []);
  await until(() => runs === 2, "it is tried again");
  await until(async () => await (await streams()).count(stream) === 0, "it is done");
  await worker.stop();
  assertEquals((await race()).ids.length, 1);
  // Waiting for a worker.
  assertEquals((await race()).ids, []);
});

Deno.test("one too many answers with the one that is there, or takes its place, as declared", async () => {
  const { start } = await deploy("full");
  await using service = await start({});
  const { coalesced, replaced, few } = service.jobs;
  const first = await coalesced.create({ to: "a" }).orThrow();
  assertEquals((await coalesced.create({ to: "a" }).orThrow()).id, first.id);
  const ids = [];
  for (let n = 0; n < 3; n++) ids.push((await replaced.create({ to: "a", n }).orThrow()).id);
  assertEquals((await replaced.list().orThrow()).map(({ id }) => id), ids.slice(2));
  for (let n = 0; n < 2; n++) await few.create({ to: "a", n }).orThrow();
  const third = (await few.create({ to: "a" })).take();
  assert(isErr(third) && third.error.name === "JobError" && third.error.reason === "full");
  await few.create({ to: "b" }).orThrow();
  const seen: unknown[] = [];
  await using _worker = await start({
    replaced: ({ payload }) => {
      seen.push(payload.n);
      return ok();
    },
  });
  await until(() => seen.length > 0, "the last one runs");
  assertEquals(seen, [2]);
});

Deno.test("a job that waits is cancelled at once, one that runs when its handler has returned", async () => {
  const { start } = await deploy("cancel");
  const begun = Promise.withResolvers<void>();
  await using creator = await start({});
  const waiting = await creator.jobs.kept.create({ to: "waits" }).orThrow();
  assertEquals(await waiting.cancel("no need").orThrow(), "cancelled");
  assertEquals(await (await streams()).count(jobStream("cancel")), 0);
  const why: string[] = [];
  await using _worker = await start({
    kept: async ({ job }) => {
      begun.resolve();
      await new Promise<void>((resolve) => job.signal.addEventListener("abort", () => resolve()));
      why.push(String(job.signal.reason));
      return ok({ id: "too late" });
    },
    plain: async ({ job }) => {
      await new Promise<void>((resolve) => job.signal.addEventListener("abort", () => resolve()));
      return ok();
    },
  });
  const running = await creator.jobs.kept.create({ to: "runs" }).orThrow();
  await begun.promise;
  assertEquals(await running.cancel("enough").orThrow(), "cancelling");
  for (const job of [waiting, running]) {
    const ended = (await job.wait({ timeoutMs: 60_000 })).take();
    assert(isErr(ended) && ended.error.name === "JobError" && ended.error.reason === "cancelled");
  }
  assertEquals(why, ["AbortError: it was cancelled: enough"]);
  assertEquals(await running.cancel().orThrow(), "cancelled");
  const untold = await creator.jobs.plain.create({ to: "a" }, { deadlineMs: 1500 }).orThrow();
  await until(async () => {
    const told = (await untold.cancel()).take();
    return isErr(told) && told.error.name === "JobError" && told.error.reason === "running";
  }, "it is in work");
  const ended = (await untold.wait({ timeoutMs: 60_000 })).take();
  assert(!isErr(ended) || ended.error.name === "JobError");
});

Deno.test("a job whose message was deleted ends, once nobody can be at work on it", async () => {
  const { start } = await deploy("lost");
  await using service = await start({});
  const { kept } = service.jobs;
  const bucket = await new Kvm((await streams()).connection).open(recordsBucket("lost"));
  const lose = async (id: string, state: string, deadline?: number) => {
    const at = new Date(0).toISOString();
    const until = deadline === undefined ? {} : { deadline: new Date(deadline).toISOString() };
    const record = { id, state, attempt: 2, createdAt: at, updatedAt: at, claim: "1.1.0.x" };
    await bucket.put(recordKey("job", "kept", id), JSON.stringify({ ...record, ...until }));
    return kept.ref(id);
  };
  const hourAgo = Date.now() - 3_600_000;
  const known = async (job: JobRef) => {
    const { state, reason } = await job.get().orThrow();
    return [state, reason];
  };
  assertEquals(await known(await lose("late", "running", hourAgo)), ["dead", "expired"]);
  assertEquals(await known(await lose("told", "cancelling", hourAgo)), ["cancelled", undefined]);
  assertEquals(await known(await lose("again", "scheduled")), ["cancelled", undefined]);
  const waited = (await (await lose("waited", "queued")).wait({ timeoutMs: 10_000 })).take();
  assert(isErr(waited) && waited.error.name === "JobError" && waited.error.reason === "cancelled");
  // Somebody may be at work on these.
  assertEquals(await known(await lose("young", "running", Date.now())), ["running", undefined]);
  const endless = await lose("endless", "running");
  assertEquals(await known(endless), ["running", undefined]);
  assertEquals(await endless.cancel().orThrow(), "cancelled");
  // In the queue, whatever its record says.
  const there = await kept.create({ to: "a" }, { id: "there", deadlineMs: 1 }).orThrow();
  await lose("there", "running", hourAgo);
  assertEquals(await known(there), ["running", undefined]);
});

Deno.test("a handler that runs on after its deadline is told of until it ends, and its job is over", async () => {
  const { start } = await deploy("hung");
  const gate = Promise.withResolvers<void>();
  await using service = await start({ plain: () => gate.promise.then(() => ok()) });
  const job = await service.jobs.plain.create({ to: "a" }, { deadlineMs: 300 }).orThrow();
  const sick = async () => (await service.health()).checks.find(({ healthy }) => !healthy);
  await until(async () => await sick() !== undefined, "its health tells it");
  assertMatch((await sick())?.message ?? "", /^handlers run on .* plain \(1, since 2\S+Z\)$/);
  const ended = (await job.get()).take();
  assert(!isErr(ended) && ended.state === "dead" && ended.reason === "expired");
  const told = async () => {
    const instances = await runningInstances(await (await server()).connect());
    return instances.flatMap(({ deployment, hung }) => deployment === "hung" ? hung : []);
  };
  const [hung] = await told();
  assertEquals([hung?.kind, hung?.name, hung?.handlers], ["job", "plain", 1]);
  gate.resolve();
  await until(async () => await sick() === undefined, "it has ended");
  assertEquals(await told(), []);
});

Deno.test("payloads of an older version are migrated, and what nobody can read is a dead letter", async () => {
  const { start, jobs } = await deploy("versions");
  const seen: unknown[] = [];
  const warnings: string[] = [];
  await using service = await start({
    versioned: ({ payload }) => {
      seen.push(payload);
      return ok();
    },
  }, { log: { ...SILENT, warn: (message) => warnings.push(message) } });
  const put = async (id: string, version: string, payload: unknown) => {
    const { connection } = await streams();
    const headers = `Trellis-Job-Id: ${id}\r\nTrellis-Payload: ${version}`;
    const { headers: make } = await import("@nats-io/nats-core");
    const map = make();
    for (const line of headers.split("\r\n")) {
      const [name = "", value = ""] = line.split(": ");
      map.append(name, value);
    }
    connection.publish(`jobs.versions.job.versioned.run.0.0.${id}`, JSON.stringify(payload), {
      headers: map,
    });
  };
  await put("old", "v1", { address: "ada" });
  await put("new", "v2", { to: "bob" });
  await put("misfit", "v1", { to: "carl" });
  await put("unknown", "x", { to: "dan" });
  await put("newer", "v3", { to: "eve" });
  await put("another", "v3", { to: "fay" });
  await until(() => seen.length === 2, "two are handled");
  assertEquals(
    new Set(seen.map((payload) => JSON.stringify(payload))),
    new Set(['{"to":"ada"}', '{"to":"bob"}']),
  );
  const dead = deadStream("versions");
  await until(async () => await (await streams()).count(dead) === 2, "two are dead letters");
  // They wait for an instance that can read them.
  const parked = async (id: string) =>
    await (await streams()).manager.streams.getMessage(jobStream("versions"), {
      last_by_subj: `jobs.versions.job.versioned.later.0.0.${id}`,
    });
  await until(async () => await parked("another") !== null, "the second one waits, too");
  assertMatch((await parked("newer"))!.header.get("Trellis-Put-Off-Since"), /^\d{4}-.*Z$/);
  assertEquals((await service.jobs.versioned.get("newer").orThrow()).attempt, 1);
  assertEquals(warnings.length, 1);
  assertMatch(warnings[0] ?? "", /jobs with payloads of v3 wait.* this one reads v2$/);
  assertEquals(jobs.versioned?.maxDeliver, 3);
});

Deno.test("what is urgent goes first, and no more begin within a time than are allowed", async () => {
  const { start } = await deploy("paced");
  await using creator = await start({});
  const { urgent, rated } = creator.jobs;
  for (let n = 0; n < 5; n++) await urgent.create({ to: "normal" }).orThrow();
  await urgent.create({ to: "urgent" }, { priority: 0 }).orThrow();
  for (let n = 0; n < 5; n++) await rated.create({ to: "a" }).orThrow();
  const order: string[] = [];
  const starts: number[] = [];
  await using _worker = await start({
    urgent: async ({ payload: { to } }) => {
      order.push(to);
      await pause(5);
      return ok();
    },
    rated: () => {
      starts.push(Date.now());
      return ok();
    },
  });
  await until(() => order.length === 6 && starts.length === 5, "all are done");
  assert(order.indexOf("urgent") <= 1, order.join(" "));
  assert(starts.at(-1)! - starts[0]! >= 1000, "the fifth begins in the third window");
});

Deno.test("the job of a time is created once, however often its schedule fires, and the last one missed", async () => {
  const { start } = await deploy("ticks");
  const { connection, manager } = await streams();
  const seen: string[] = [];
  await using first = await start({
    nightly: ({ payload, job }) => {
      seen.push(`${payload.to} ${job.id}`);
      return ok();
    },
  });
  // A second one comes, as the server has it written when a schedule fires.
  const body = JSON.stringify({ to: "night" });
  await pause(1000 - Date.now() % 1000 + 100);
  for (let n = 0; n < 2; n++) connection.publish("jobs.ticks.job.nightly.run.0.0.cron-each", body);
  await connection.flush();
  await until(() => seen.length > 0, "one runs");
  await until(
    async () => (await manager.streams.info(jobStream("ticks"))).state.messages === 0,
    "both are gone",
  );
  assertEquals(seen.length, 1);
  assert(/^night cron-each-\d{8}T\d{6}Z$/.test(seen[0]!), seen[0]);
  await first.stop();
  // The last time that was seen is long ago.
  const { Kvm } = await import("@nats-io/kv");
  const records = await new Kvm(connection).open("trellis_records_ticks");
  await until(
    async () => await records.get("job.nightly.cron-missed") !== null,
    "its times are noted",
  );
  const long = JSON.stringify({ tick: "2020-01-01T03:00:00.000Z", sequence: 1 });
  await records.put("job.nightly.cron-missed", long);
  const handler = ({ payload, job }: { payload: { to: string }; job: { id: string } }) => {
    seen.push(`${payload.to} ${job.id}`);
    return ok();
  };
  await using _second = await start({ nightly: handler });
  await using _third = await start({ nightly: handler });
  await until(() => seen.length > 1, "the missed one runs");
  await until(
    async () => (await manager.streams.info(jobStream("ticks"))).state.messages === 0,
    "all are gone",
  );
  assertEquals(seen.length, 2);
  assert(/^missed cron-missed-\d{8}T030000Z$/.test(seen[1]!), seen[1]);
});
