import { type Call, type Load, run } from "./measure/load.ts";
import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { compared, type Row } from "./measure/row.ts";
import { startOrdersBucket } from "./project/orders_bucket.ts";
import { ORDER } from "./rpc/order.ts";

const RAW = "@nats-io/kv";
const KEYS = 1000;

/** Reads and writes of an order: Trellis validates it and looks lost answers up. */
export const kv: Measurement = async ({ quick, say }) => {
  await using bucket = await startOrdersBucket();
  const { trellis, raw } = bucket;
  await raw.fill(Array.from({ length: KEYS }, (_, i) => `o${i}`), ORDER);
  let last = 0;
  const key = () => `o${last++ % KEYS}`;
  const rounds = quick ? 9 : 25;
  const ms = quick ? 200 : 500;
  const rows: Row[] = [];
  const measure = async (name: string, load: Load, ours: Call, theirs: Call) => {
    say(name);
    const figures = await inTurns({
      Trellis: { turn: () => run(load, ours) },
      [RAW]: { turn: () => run(load, theirs) },
    }, rounds);
    // Of a time, 0.95 of the speed is 1 / 0.95 of the figure.
    const [unit, limit] = load.kind === "sequential"
      ? ["us", 1 / 0.95] as const
      : ["/s", 0.95] as const;
    rows.push(compared({ name, unit, target: { of: "ratio", limit } }, figures, RAW));
  };
  const sequential: Load = { kind: "sequential", calls: quick ? 300 : 600 };
  const inFlight: Load = { kind: "in_flight", width: 64, ms };
  const get: Call = () => trellis.get(key()).orThrow();
  const put: Call = () => trellis.put(key(), ORDER).orThrow();
  const rawGet: Call = () => raw.get(key());
  const rawPut: Call = () => raw.put(key(), ORDER);
  await measure("kv get, p50", sequential, get, rawGet);
  await measure("kv get, 64 in flight", inFlight, get, rawGet);
  await measure("kv put, p50", sequential, put, rawPut);
  await measure("kv put, 64 in flight", inFlight, put, rawPut);
  return rows;
};
