import { ok } from "../mod.ts";
import { deployMailer } from "../tests/support/jobs/mailer.ts";
import { QueueStreams } from "../tests/support/nats/queue_streams.ts";
import { TrellisServer } from "../tests/support/trellis_server.ts";
import { memoryOf } from "./console/process_cost.ts";
import { run } from "./measure/load.ts";
import { Meter } from "./measure/meter.ts";
import type { Measurement } from "./measure/measurement.ts";
import { inTurns, median } from "./measure/rounds.ts";
import { alone, compared, type Row } from "./measure/row.ts";
import { startBossQueue } from "./peers/boss_queue.ts";
import { startBullQueue } from "./peers/bull_queue.ts";
import type { QueuePeer } from "./peers/queue_peer.ts";

const AT_ONCE = 64;
const AHEAD = { of: "ratio", limit: 1 } as const;
/** Of the size of a small order. */
const MAIL = { to: "a", pad: "x".repeat(200) };

/**
 * Jobs of a queue without records: created, begun, worked on, and begun after a delay; beside queues on Redis and
 * PostgreSQL, which are installed where they are missing and this may be done. The others create 500 jobs in one
 * step, Trellis each by itself.
 */
export const jobs: Measurement = async ({ quick, say, note }) => {
  await using server = await TrellisServer.start();
  await using streams = await QueueStreams.open(server.url);
  const { start } = await deployMailer(server, streams, "mailer", {
    concurrency: AT_ONCE,
    ackWaitMs: 30_000,
  });
  await using creator = await start({});
  const { plain } = creator.jobs;
  const create = () => plain.create(MAIL).orThrow();

  say("installing the others");
  await using bull = await startBullQueue();
  await using boss = await startBossQueue();
  const own: Omit<QueuePeer, typeof Symbol.asyncDispose> = {
    name: "Trellis",
    enqueue: (payloads) => eachOf(payloads, 256, create),
    work: (_, handler) =>
      start({
        plain: () => {
          handler();
          return ok();
        },
      }),
  };
  const peers = [own, bull, boss].filter((peer) => peer !== undefined);
  if (peers.length < 3) note("a peer is missing: install Debian's redis-server and postgresql");

  say("jobs created and worked on in a second");
  const payloads = Array.from({ length: quick ? 2000 : 10_000 }, () => MAIL);
  const created: Record<string, number[]> = {};
  const sides = peers.map((peer) =>
    [peer.name, {
      turn: async () => {
        const began = performance.now();
        await peer.enqueue(payloads);
        (created[peer.name] ??= []).push(payloads.length / (performance.now() - began) * 1000);
        const meter = new Meter(payloads.length);
        await using _worker = await peer.work(AT_ONCE, () => meter.count());
        return await meter.done;
      },
    }] as const
  );
  const worked = await inTurns(Object.fromEntries(sides), quick ? 3 : 7);
  // The first turn is a warm-up.
  for (const figures of Object.values(created)) figures.shift();
  const rows = peers.filter((peer) => peer !== own).flatMap(({ name: beside }) => [
    compared({ name: "jobs created", unit: "/s" }, created, beside),
    compared({ name: "jobs, 64 at once", unit: "/s", target: AHEAD }, worked, beside),
  ]);

  say("from creating a job to its handler");
  return [...rows, ...await latencies(), ...await waiting()];

  async function latencies(): Promise<readonly Row[]> {
    let came = Promise.withResolvers<void>();
    await using _worker = await start({
      plain: () => {
        came.resolve();
        return ok();
      },
    });
    const once = async () => {
      came = Promise.withResolvers<void>();
      await Promise.all([create(), came.promise]);
    };
    await run({ kind: "sequential", calls: 100 }, once);
    const p50 = await run({ kind: "sequential", calls: quick ? 200 : 1000 }, once);
    const late: number[] = [];
    for (let n = 0; n < (quick ? 10 : 40); n++) {
      came = Promise.withResolvers<void>();
      const delayMs = 300 + n * 7;
      const due = performance.now() + delayMs;
      await plain.create(MAIL, { delayMs }).orThrow();
      await came.promise;
      late.push(performance.now() - due);
    }
    return [
      alone({ name: "create to handler, p50", unit: "us" }, [p50]),
      alone({ name: "lateness of a delay, p50", unit: "ms" }, [median(late)]),
    ];
  }

  async function waiting(): Promise<readonly Row[]> {
    say("100,000 waiting");
    const before = await memoryOf(server.pid);
    await eachOf(Array.from({ length: 100_000 }), 256, create);
    const more = await memoryOf(server.pid) - before;
    const own = await memoryOf(Deno.pid);
    const meter = new Meter(10_000);
    await using _worker = await start({
      plain: () => {
        meter.count();
        return ok();
      },
    });
    const rate = await meter.done;
    return [
      alone({ name: "server, 100,000 waiting", unit: "MiB" }, [more]),
      alone({ name: "service, 100,000 waiting", unit: "MiB" }, [await memoryOf(Deno.pid) - own]),
      alone({ name: "jobs, 64 at once of 100,000", unit: "/s" }, [rate]),
    ];
  }
};

/** Does something with each, so many at once. */
async function eachOf<T>(items: readonly T[], width: number, act: (item: T) => Promise<unknown>) {
  const left = items.values();
  await Promise.all(Array.from({ length: width }, async () => {
    for (const item of left) await act(item);
  }));
}
