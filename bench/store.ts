import { fileURLToPath } from "node:url";
import { type Call, type Load, run } from "./measure/load.ts";
import type { Effort, Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { alone, compared, type Row } from "./measure/row.ts";
import { type BenchStore, startBenchStore } from "./store/bench_store.ts";
import { readThrough, STORE, zeros } from "./store/open_store.ts";

const LIBRARY = "@nats-io/obj";
const BY_HAND = "by hand";
const MIB = 1 << 20;
const LARGE = 64 * MIB;
const PASSAGE_PROCESS = fileURLToPath(new URL("./store/passage_process.ts", import.meta.url));

/** Large objects and small ones, the memory that they pass through, and listings. */
export const store: Measurement = async (effort) => {
  await using bench = await startBenchStore();
  return [
    ...await largeObjects(bench, effort),
    ...await smallObjects(bench, effort),
    await memory(bench, effort),
    ...await pages(bench, effort),
  ];
};

/** The library's defaults: chunks of 128 KiB, and a hash in JavaScript. */
async function largeObjects(
  { trellis, raw }: BenchStore,
  { quick, say }: Effort,
): Promise<readonly Row[]> {
  const rounds = quick ? 3 : 9;
  const rate = (work: () => Promise<unknown>) => async () => {
    const start = performance.now();
    await work();
    return LARGE / MIB / (performance.now() - start) * 1000;
  };
  const target = { of: "ratio", limit: 4 } as const;
  say("64 MiB put");
  const put = async (work: () => Promise<unknown>) => {
    await raw.forget(STORE);
    return await rate(work)();
  };
  const puts = await inTurns({
    Trellis: { turn: () => put(() => trellis.put("large", zeros(LARGE)).orThrow()) },
    [LIBRARY]: { turn: () => put(() => raw.put("large", zeros(LARGE))) },
  }, rounds);
  say("64 MiB get");
  await trellis.put("large", zeros(LARGE)).orThrow();
  await raw.put("large", zeros(LARGE));
  const gets = await inTurns({
    Trellis: { turn: rate(async () => whole(await readThrough(trellis, "large"))) },
    [LIBRARY]: { turn: rate(async () => whole(await raw.get("large"))) },
  }, rounds);
  await raw.forget(STORE);
  return [
    compared({ name: "64 MiB put", unit: "MiB/s", target }, puts, LIBRARY),
    compared({ name: "64 MiB get", unit: "MiB/s", target }, gets, LIBRARY),
  ];
}

/** By hand: chunk and description at once, then the entry, and nobody looks what was there before. */
async function smallObjects(
  { trellis, raw }: BenchStore,
  { quick, say }: Effort,
): Promise<readonly Row[]> {
  const body = new Uint8Array(1024);
  let last = 0;
  const key = () => `o${last++ % 1000}`;
  const ours: Call = () => trellis.put(key(), body).orThrow();
  const theirs: Call = () => raw.putByHand(key(), body);
  const measure = async (name: string, load: Load, unit: "us" | "/s") => {
    say(name);
    const figures = await inTurns({
      Trellis: { turn: () => run(load, ours) },
      [BY_HAND]: { turn: () => run(load, theirs) },
    }, quick ? 5 : 15);
    // Of a time, half the speed is twice the figure.
    const limit = unit === "/s" ? 0.5 : 2;
    return compared({ name, unit, target: { of: "ratio", limit } }, figures, BY_HAND);
  };
  const rows = [
    await measure("1 KiB put, p50", { kind: "sequential", calls: quick ? 200 : 500 }, "us"),
    await measure("1 KiB put, 16 in flight", { kind: "in_flight", width: 16, ms: 300 }, "/s"),
  ];
  await raw.forget(STORE);
  return rows;
}

async function memory({ servers, raw }: BenchStore, { quick, say }: Effort): Promise<Row> {
  const [size, label] = quick ? [256 * MIB, "256 MiB"] : [1024 * MIB, "1 GiB"];
  const name = `memory, ${label} put and got`;
  say(name);
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", PASSAGE_PROCESS, servers, String(size)],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("the process that passes bytes through failed");
  await raw.forget(STORE);
  const grown = Number(new TextDecoder().decode(stdout)) / MIB;
  return alone({ name, unit: "MiB", target: { of: "figure", limit: 64 } }, [grown]);
}

async function pages(
  { trellis, raw }: BenchStore,
  { quick, say }: Effort,
): Promise<readonly Row[]> {
  const LIMIT = 100;
  say("filling 100k objects");
  const keys = Array.from({ length: 100_000 }, (_, i) => `g${i % 100}/o${i}.pdf`);
  const digest = `SHA-256=${new Uint8Array(32).toBase64({ alphabet: "base64url" })}`;
  const object = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  const metadata = {};
  await raw.fillIndex(STORE, keys, { object, size: 1024, chunks: 1, digest, metadata });
  const page = async (prefix: string) => {
    const start = performance.now();
    const { entries } = await trellis.list({ prefix, limit: LIMIT }).orThrow();
    if (entries.length !== LIMIT) throw new Error(`a page of ${entries.length}`);
    return performance.now() - start;
  };
  const rows = [
    alone({ name: "page of 100 of 100k objects, first", unit: "ms" }, [await page("")]),
  ];
  for (const [which, prefix] of [["all", ""], ["prefix", "g7/"]] as const) {
    const name = `page of 100 of 100k objects, ${which}`;
    say(name);
    const { Trellis: figures = [] } = await inTurns({
      Trellis: { turn: () => page(prefix) },
    }, quick ? 9 : 25);
    rows.push(alone({ name, unit: "ms", target: { of: "figure", limit: 20 } }, figures));
  }
  return rows;
}

function whole(size: number): void {
  if (size !== LARGE) throw new Error(`read ${size} bytes of ${LARGE}`);
}
