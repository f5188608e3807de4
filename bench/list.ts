import type { Effort, Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { alone, compared, type Row, type Target } from "./measure/row.ts";
import { startOrdersBucket } from "./project/orders_bucket.ts";
import { ORDER } from "./rpc/order.ts";

const RAW = "@nats-io/kv";
const LIMIT = 100;

/** Pages of 100 orders, of the whole bucket and of one group of keys. */
export const list: Measurement = async (effort) => [
  ...await pages({ keys: 1000, groups: 10, label: "1k" }, effort),
  ...await pages({ keys: 100_000, groups: 100, label: "100k", limitMs: 20 }, effort),
];

interface Size {
  readonly keys: number;
  readonly groups: number;
  readonly label: string;
  readonly limitMs?: number;
}

async function pages(size: Size, { quick, say }: Effort): Promise<readonly Row[]> {
  const { keys, groups, label, limitMs } = size;
  const target: Target | undefined = limitMs === undefined
    ? undefined
    : { of: "figure", limit: limitMs };
  const rounds = quick ? 5 : 15;
  say(`filling ${label} keys`);
  await using bucket = await startOrdersBucket();
  const { trellis, raw } = bucket;
  await raw.fill(Array.from({ length: keys }, (_, i) => `g${i % groups}.o${i}`), ORDER);
  const page = async (filter: string) => {
    const start = performance.now();
    const { entries } = await trellis.list({ filter, limit: LIMIT }).orThrow();
    if (entries.length !== LIMIT) throw new Error(`a page of ${entries.length}`);
    return performance.now() - start;
  };
  const rawPage = async (filter: string) => {
    const start = performance.now();
    const entries = await raw.list(filter, LIMIT);
    if (entries.length !== LIMIT) throw new Error(`a page of ${entries.length}`);
    return performance.now() - start;
  };
  const rows: Row[] = [
    alone({ name: `page of 100 of ${label}, first`, unit: "ms" }, [await page(">")]),
  ];
  for (const [name, filter] of [["all", ">"], ["filtered", "g7.*"]] as const) {
    const title = `page of 100 of ${label}, ${name}`;
    say(title);
    const figures = await inTurns({
      Trellis: { turn: () => page(filter) },
      [RAW]: { turn: () => rawPage(filter) },
    }, rounds);
    rows.push(compared({ name: title, unit: "ms", target }, figures, RAW));
  }
  return rows;
}
