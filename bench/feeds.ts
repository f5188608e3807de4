import { TrellisClient } from "../mod.ts";
import { until } from "../tests/support/until.ts";
import { RawBuckets } from "../tests/support/nats/raw_buckets.ts";
import { boardContract } from "./feeds/board_contract.ts";
import { RawSubscribers } from "./nats/raw_subscribers.ts";
import { type Ticking, timeNow } from "./feeds/ticks_on_request.ts";
import type { Measurement } from "./measure/measurement.ts";
import { type Figures, inTurns } from "./measure/rounds.ts";
import { compared, type Row } from "./measure/row.ts";
import { startPlainServer } from "./project/plain_server.ts";
import { ContenderProcess } from "./rpc/contender_process.ts";

const SUBSCRIBERS = 500;
const CONNECTIONS = 10;
const ENTRIES = 5000;
const RAW = "raw nats.js";

/**
 * What a value costs that 500 subscribers of one feed get, beside a loop that publishes it to 500 subjects; and how
 * long a bucket of 5,000 entries takes until its first and its last value are there, beside the bare watch. Those who
 * subscribe are in this process, those who publish in one of their own each; all share the machine.
 */
export const feeds: Measurement = async ({ quick, say }) => {
  await using server = await startPlainServer([boardContract]);
  await using service = await ContenderProcess.start("../feeds/shared_service.ts", server.url);
  await using running = new AsyncDisposableStack();
  const rows: Row[] = [];

  say(`bucket of ${ENTRIES} entries`);
  const { connection } = running.use(await server.connect("bench"));
  const raw = new RawBuckets(connection);
  const [bucket = ""] = await raw.names();
  const keys = Array.from({ length: ENTRIES }, (_, n) => `order.${n}`);
  await raw.putAll(bucket, keys, JSON.stringify({ id: "order", total: 12.5 }));
  const reader = running.use(await connectClient(server.url));
  const wholes: Record<string, number[]> = { Trellis: [], [RAW]: [] };
  const whole = async (name: string, values: AsyncIterable<unknown>, began: number) => {
    let first = NaN;
    let count = 0;
    for await (const _ of values) {
      if (++count === 1) first = performance.now() - began;
      if (count === ENTRIES) break;
    }
    wholes[name]?.push(performance.now() - began);
    return first;
  };
  const firsts = await inTurns({
    Trellis: {
      turn: async () => {
        const began = performance.now();
        return await whole("Trellis", await reader.feed.board.orders({}).orThrow(), began);
      },
    },
    [RAW]: {
      turn: async () => {
        const began = performance.now();
        return await whole(RAW, await raw.watch(bucket), began);
      },
    },
  }, quick ? 5 : 15);
  rows.push(
    compared({ name: `feed of ${ENTRIES} entries, first value`, unit: "ms" }, firsts, RAW),
    compared({ name: `feed of ${ENTRIES} entries, all values`, unit: "ms" }, counted(wholes), RAW),
  );

  say(`${SUBSCRIBERS} subscribers`);
  await using publisher = await ContenderProcess.start(
    "../feeds/raw_fan_out.ts",
    server.url,
    { args: [String(SUBSCRIBERS)] },
  );
  const delays: number[] = [];
  const take = (at: number) => void delays.push(timeNow() - at);
  running.use(
    await RawSubscribers.open(server.url, {
      connections: CONNECTIONS,
      subscribers: SUBSCRIBERS,
      subject: "raw.ticks",
      take: (text) => take(JSON.parse(text).at),
    }),
  );
  for (let n = 0; n < CONNECTIONS; n++) {
    const client = running.use(await connectClient(server.url));
    for (let m = 0; m < SUBSCRIBERS / CONNECTIONS; m++) {
      const feed = await client.feed.board.ticks({}).orThrow();
      (async () => {
        for await (const { value } of feed) take(value.at);
      })();
    }
  }
  const ticking: Ticking = { ticks: quick ? 10 : 20, everyMs: 100 };
  const high: Record<string, number[]> = { Trellis: [], [RAW]: [] };
  const cpu: Record<string, number[]> = { Trellis: [], [RAW]: [] };
  const turn = async (name: string, process: ContenderProcess) => {
    delays.length = 0;
    cpu[name]?.push(Number(await process.ask(ticking, "cpuUs")) / ticking.ticks);
    const expected = ticking.ticks * SUBSCRIBERS;
    await until(() => delays.length === expected, `${expected} have come to ${name}`);
    delays.sort((a, b) => a - b);
    high[name]?.push(delays[Math.floor(expected * 0.99)] ?? NaN);
    return delays[expected / 2] ?? NaN;
  };
  const middle = await inTurns({
    Trellis: { turn: () => turn("Trellis", service) },
    [RAW]: { turn: () => turn(RAW, publisher) },
  }, quick ? 5 : 15);
  const to = `to ${SUBSCRIBERS} subscribers`;
  rows.push(
    compared({ name: `feed value ${to}, p50`, unit: "ms" }, middle, RAW),
    compared({ name: `feed value ${to}, p99`, unit: "ms" }, counted(high), RAW),
    compared({ name: `processor time for a value ${to}`, unit: "us" }, counted(cpu), RAW),
  );
  return rows;
};

/** The first round is a warm-up. */
function counted(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, all]) => [name, all.slice(1)]));
}

async function connectClient(trellisUrl: string) {
  return await TrellisClient.connect({ contract: boardContract, trellisUrl }).orThrow();
}
