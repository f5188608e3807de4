import { assert, assertEquals } from "@std/assert";
import { headers } from "@nats-io/nats-core";
import { fileURLToPath } from "node:url";
import { err, isErr, ok } from "../../../mod.ts";
import { jobStream } from "../../../contracts/stored/job_names.ts";
import { deadStream } from "../../../contracts/stored/work_names.ts";
import { deployMailer } from "../../support/jobs/mailer.ts";
import { QueueStreams } from "../../support/nats/queue_streams.ts";
import { oldestServer } from "../../support/oldest_server.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

const server = shared(() => TrellisServer.start());
const streams = shared(async () => await QueueStreams.open((await server()).url));
const deploy = async (deployment: string, settings = {}) =>
  await deployMailer(await server(), await streams(), deployment, settings);
const PROCESS = fileURLToPath(new URL("../../support/jobs/mailer_process.ts", import.meta.url));

/** An instance in a process of its own. */
async function startProcess(deployment: string, mode: string): Promise<Deno.ChildProcess> {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", PROCESS, (await server()).url, deployment, mode],
    stdout: "null",
    stderr: "null",
  }).spawn();
}

Deno.test("a job that ends its worker each time is a dead letter, and those beside it are done", async () => {
  const { start } = await deploy("ends", { maxDeliver: 2, ackWaitMs: 300 });
  await using creator = await start({});
  const bomb = await creator.jobs.kept.create({ to: "bomb" }).orThrow();
  for (let run = 0; run < 2; run++) {
    const process = await startProcess("ends", "ends");
    const codes: number[] = [];
    const isOver = process.status.then(({ code }) => codes.push(code));
    // Where this machine is slow, one process may be given it twice, and the next one gives it up.
    const isDead = async () => run > 0 && (await bomb.get().orThrow()).state === "dead";
    await until(async () => codes.length > 0 || await isDead(), "it ends its worker");
    if (codes.length === 0) process.kill("SIGKILL");
    else assertEquals(codes, [7]);
    await isOver;
  }
  const beside = await creator.jobs.kept.create({ to: "beside" }).orThrow();
  const seen: string[] = [];
  await using _worker = await start({
    kept: ({ payload, job }) => {
      seen.push(payload.to);
      return ok({ id: job.id });
    },
  });
  assertEquals(await beside.wait({ timeoutMs: 60_000 }).orThrow(), { id: beside.id });
  const ended = (await bomb.wait({ timeoutMs: 60_000 })).take();
  assert(isErr(ended) && ended.error.name === "JobError" && ended.error.reason === "dead");
  assertEquals((await bomb.get().orThrow()).reason, "crashed");
  assertEquals(seen, ["beside"]);
});

Deno.test("one of a key at a time and in order, over two processes, one of which is killed", async () => {
  const { start } = await deploy("ordered", { ackWaitMs: 600 });
  const { connection } = await streams();
  const keys = Array.from({ length: 6 }, (_, i) => `k${i}`);
  const each = 20;
  const ready = new Set<number>();
  const inWork = new Map<string, { n: number; process: number }>();
  const ended = new Map<string, number[]>(keys.map((key) => [key, []]));
  const faults: string[] = [];
  let killed: number | undefined;
  connection.subscribe("seen.ordered", {
    callback: (_cause, msg) => {
      const { what, key, n, process } = msg.json<
        { what: string; key: string; n: number; process: number }
      >();
      if (what === "ready") return void ready.add(process);
      const other = inWork.get(key);
      if (what === "begin") {
        if (other !== undefined && other.process !== killed) {
          faults.push(`${key} ${n} beside ${other.n}`);
        }
        // What the killed one had begun is begun again first.
        if (other?.process === killed && other !== undefined && other.n !== n) {
          faults.push(`${key} ${n} before ${other.n}`);
        }
        inWork.set(key, { n, process });
      } else {
        if (other?.n === n) inWork.delete(key);
        ended.get(key)!.push(n);
      }
    },
  });
  await using creator = await start({});
  const first = await startProcess("ordered", "works");
  const second = await startProcess("ordered", "works");
  try {
    await until(() => ready.size === 2, "both are there");
    for (let n = 0; n < each; n++) {
      await Promise.all(keys.map((to) => creator.jobs.ordered.create({ to, n }).orThrow()));
    }
    const count = () => [...ended.values()].reduce((sum, { length }) => sum + length, 0);
    await until(
      () => count() > 20 && [...inWork.values()].some(({ process }) => process === first.pid),
      "the first one is at work",
    );
    first.kill("SIGKILL");
    await first.status;
    killed = first.pid;
    await until(
      async () => await (await streams()).count(jobStream("ordered")) === 0,
      "all are done",
    );
  } finally {
    second.kill("SIGKILL");
    await Promise.all([first.status, second.status]);
  }
  await connection.flush();
  assertEquals(faults, []);
  for (const [key, order] of ended) {
    // One may have been done without the server having heard of it.
    const once = order.filter((n, at) => n !== order[at - 1]);
    assertEquals(once, Array.from({ length: each }, (_, n) => n), key);
  }
});

Deno.test("a broker that is killed keeps what waits, what is delayed and how often it was tried", async () => {
  await using own = await TrellisServer.start();
  await using ownStreams = await QueueStreams.open(own.url);
  const { start } = await deployMailer(own, ownStreams, "killed", {
    ackWaitMs: 1500,
    backoffMs: [1500],
  });
  const seen = new Map<number, number[]>();
  await using service = await start({
    plain: async ({ payload: { n = 0 }, job }) => {
      seen.set(n, [...seen.get(n) ?? [], job.attempt]);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return n === 0 && job.attempt < 3 ? err(new Error("again")) : ok();
    },
  });
  const { plain } = service.jobs;
  for (let n = 0; n < 30; n++) await plain.create({ to: "a", n }).orThrow();
  await plain.create({ to: "a", n: 30 }, { delayMs: 1000 }).orThrow();
  await until(() => seen.size > 5, "some are done");
  await own.kill();
  // The delayed one would have begun by now.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await own.startAgain();
  await until(() => seen.size === 31, "all are done");
  await until(() => seen.get(0)!.includes(3), "the one that fails is tried thrice");
  assertEquals([...new Set(seen.get(0))], [1, 2, 3]);
  assertEquals(await ownStreams.count(deadStream("killed")), 0);
});

Deno.test("a job that is done is not done again, although it is delivered again", async () => {
  const { start } = await deploy("again");
  let runs = 0;
  await using service = await start({
    kept: ({ job }) => {
      runs++;
      return ok({ id: job.id });
    },
  });
  const job = await service.jobs.kept.create({ to: "a" }).orThrow();
  await job.wait().orThrow();
  // As a worker's acknowledgement that was lost has it.
  const { connection } = await streams();
  const marks = headers();
  marks.append("Trellis-Job-Id", job.id);
  const place = `jobs.again.job.kept.run.0.0.${job.id}`;
  connection.publish(place, JSON.stringify({ to: "a" }), { headers: marks });
  await connection.flush();
  await until(async () => await (await streams()).count(jobStream("again")) === 0, "it is gone");
  assertEquals(runs, 1);
});

Deno.test("a job that fails does not hold up the others, but for those of its key in strict order", async () => {
  const { start } = await deploy("poison", { maxDeliver: 2, backoffMs: [200] });
  const seen: string[] = [];
  await using service = await start({
    plain: ({ payload: { n } }) => {
      seen.push(`plain ${n}`);
      return n === 0 ? err(new Error("no")) : ok();
    },
    ordered: ({ payload: { to, n }, job }) => {
      seen.push(`${to} ${n} ${job.attempt}`);
      return n === 0 && to === "bad" ? err(new Error("no")) : ok();
    },
  });
  for (const n of [0, 1, 2]) await service.jobs.plain.create({ to: "a", n }).orThrow();
  for (const n of [0, 1]) await service.jobs.ordered.create({ to: "bad", n }).orThrow();
  const dead = deadStream("poison");
  await until(async () => await (await streams()).count(dead) === 2, "both are dead letters");
  await until(() => seen.includes("bad 1 1"), "the next one of the key runs");
  const keyed = seen.filter((line) => line.startsWith("bad"));
  assertEquals(keyed, ["bad 0 1", "bad 0 2", "bad 1 1"]);
  assertEquals(seen.filter((line) => line.startsWith("plain")), [
    "plain 0",
    "plain 1",
    "plain 2",
    "plain 0",
  ]);
});

Deno.test("a clock of this machine that is an hour off changes no delay and no deadline", async () => {
  const { start } = await deploy("clock");
  const real = Date.now;
  const began = performance.now();
  Date.now = () => real() + 3_600_000;
  try {
    const seen: number[] = [];
    await using service = await start({
      plain: () => {
        seen.push(performance.now() - began);
        return ok();
      },
    });
    const { plain } = service.jobs;
    await plain.create({ to: "a" }, { delayMs: 400, deadlineMs: 30_000 }).orThrow();
    await until(() => seen.length === 1, "it runs");
    assert(seen[0]! >= 400, `${seen[0]}`);
    Date.now = () => real() - 3_600_000;
    await plain.create({ to: "a" }, { delayMs: 100, deadlineMs: 30_000 }).orThrow();
    await until(() => seen.length === 2, "the next one does, too");
  } finally {
    Date.now = real;
  }
  assertEquals(await (await streams()).count(deadStream("clock")), 0);
});

Deno.test("100,000 jobs that wait take no memory of a worker, and are looked at quickly", async () => {
  const { start } = await deploy("crowd");
  const { connection } = await streams();
  const body = JSON.stringify({ to: "a" });
  for (let n = 0; n < 100_000;) {
    const end = n + 10_000;
    while (n < end) connection.publish(`jobs.crowd.job.plain.run.0.0.j${n++}`, body);
    // Nobody waits for acknowledgements: a server that has too much before it forgets the rest.
    const stored = async () => await (await streams()).count(jobStream("crowd"));
    await until(async () => await stored() === end, `${end} are stored`);
  }
  let done = 0;
  const before = Deno.memoryUsage().heapUsed;
  await using service = await start({
    plain: () => {
      done++;
      return ok();
    },
  });
  const listed = await service.jobs.plain.list({ limit: 3 }).orThrow();
  assertEquals(listed.length, 3);
  assertEquals((await service.jobs.plain.get("j99999").orThrow()).state, "queued");
  await until(() => done > 200, "some are done");
  const grown = Deno.memoryUsage().heapUsed - before;
  assert(grown < 64 * 1024 * 1024, `${grown} bytes`);
});

const oldest = await oldestServer();

Deno.test({
  name: "on a server that keeps no schedules retries wait in their place, and delays are refused",
  ignore: oldest === undefined,
  fn: async () => {
    await using old = await TrellisServer.start({ binary: oldest! });
    await using oldStreams = await QueueStreams.open(old.url);
    const { start } = await deployMailer(old, oldStreams, "old", { maxDeliver: 2 });
    const seen: string[] = [];
    await using service = await start({
      unique: ({ payload: { to }, job }) => {
        seen.push(`${to} ${job.attempt}`);
        return to === "bad" ? err(new Error("no")) : ok();
      },
    });
    const { unique, plain } = service.jobs;
    for (const to of ["bad", "good"]) await unique.create({ to }).orThrow();
    await until(async () => await oldStreams.count(deadStream("old")) === 1, "one is given up");
    assertEquals(seen.sort(), ["bad 1", "bad 2", "good 1"]);
    const refused = (await plain.create({ to: "a" }, { delayMs: 1000 })).take();
    assert(isErr(refused) && refused.error.name === "JobError");
    assertEquals(refused.error.reason, "unsupported");
  },
});
