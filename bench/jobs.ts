import { ok } from "../mod.ts";
import { jobStream } from "../contracts/stored/job_names.ts";
import { deployMailer } from "../tests/support/jobs/mailer.ts";
import { QueueStreams } from "../tests/support/nats/queue_streams.ts";
import { TrellisServer } from "../tests/support/trellis_server.ts";
import { run } from "./measure/load.ts";
import { Meter } from "./measure/meter.ts";
import type { Measurement } from "./measure/measurement.ts";
import { median } from "./measure/rounds.ts";
import { alone, type Row } from "./measure/row.ts";

const AT_ONCE = 64;
/** Of the size of a small order. */
const MAIL = { to: "a", pad: "x".repeat(200) };

/** Jobs of a queue without records: created, begun, worked on, and begun after a delay. */
export const jobs: Measurement = async ({ quick, say }) => {
  await using server = await TrellisServer.start();
  await using streams = await QueueStreams.open(server.url);
  const { start } = await deployMailer(server, streams, "mailer", {
    concurrency: AT_ONCE,
    ackWaitMs: 30_000,
  });
  await using creator = await start({});
  const { plain } = creator.jobs;
  const create = () => plain.create(MAIL).orThrow();

  say("jobs created and worked on in a second");
  const created: number[] = [];
  const worked: number[] = [];
  for (let round = 0; round < (quick ? 3 : 7); round++) {
    const ms = quick ? 500 : 1000;
    created.push(await run({ kind: "in_flight", width: 256, ms }, create));
    const meter = new Meter(await streams.count(jobStream("mailer")));
    await using _worker = await start({
      plain: () => {
        meter.count();
        return ok();
      },
    });
    worked.push(await meter.done);
  }

  say("from creating a job to its handler");
  return [
    alone({ name: "jobs created, 256 at once", unit: "/s" }, created),
    alone({ name: "jobs, 64 at once", unit: "/s" }, worked),
    ...await latencies(),
  ];

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
};
