import { TrellisClient } from "../../mod.ts";
import { connect } from "../../tests/support/deployed.ts";
import { SpokenProcess } from "../../tests/support/spoken_process.ts";
import { downloads, reader } from "../../tests/support/transfers/downloads.ts";
import { saidMemory } from "../../tests/support/transfers/said_memory.ts";
import { until } from "../../tests/support/until.ts";
import type { Effort } from "../measure/measurement.ts";
import { inTurns } from "../measure/rounds.ts";
import { alone, compared, type Row } from "../measure/row.ts";
import { startPlainServer } from "../project/plain_server.ts";
import { readThrough, zeros } from "../store/open_store.ts";
import { SMALL, timeOf } from "./small_file.ts";

const MIB = 1 << 20;
const LARGE = 64 * MIB;
const GET = "store get";
const HTTP = "Hono";
const support = (file: string) => new URL(`../../tests/support/transfers/${file}`, import.meta.url);
const HONO_PROCESS = new URL("./hono_process.ts", import.meta.url);

/**
 * A file that is granted and fetched, piece by piece; the service is a process of its own. Beside it the same object got
 * from the store by who may, and the same bytes over HTTP from a program that reads them from a file.
 */
export async function filesDown({ quick, say }: Effort): Promise<readonly Row[]> {
  await using server = await startPlainServer([downloads]);
  await using granting = SpokenProcess.start(support("download_process.ts"), server.url);
  await until(() => granting.hasSaid("serving"), "the service serves");
  await using hono = SpokenProcess.start(HONO_PROCESS);
  await until(() => hono.hasSaid("\n"), "Hono listens");
  const http = hono.said.trim();
  await fetch(`${http}/upload`, { method: "POST", body: zeros(LARGE) }).then((sent) => sent.json());
  await using client = await TrellisClient.connect({ contract: reader, trellisUrl: server.url })
    .orThrow();
  // It serves nothing: it is there for its store.
  await using other = await connect(server, downloads);
  const store = await other.store.files.open().orThrow();
  await store.put("large", zeros(LARGE)).orThrow();

  const rate = (work: () => Promise<number>) => async () => {
    const start = performance.now();
    const size = await work();
    if (size !== LARGE) throw new Error(`${size} bytes came of ${LARGE}`);
    return LARGE / MIB / (performance.now() - start) * 1000;
  };
  say("64 MiB down");
  const figures = await inTurns({
    Trellis: {
      turn: rate(async () => {
        const { file } = await client.rpc.files.download({ path: "large" }).orThrow();
        return await sizeOf(await client.transfer(file).stream().orThrow());
      }),
    },
    [GET]: { turn: rate(() => readThrough(store, "large")) },
    [HTTP]: {
      turn: rate(async () => {
        const { body } = await fetch(`${http}/download`);
        return body === null ? 0 : await sizeOf(body);
      }),
    },
  }, quick ? 3 : 9);
  say("1 KiB down");
  await store.put("small", new Uint8Array(SMALL)).orThrow();
  await fetch(`${http}/upload`, { method: "POST", body: new Uint8Array(SMALL) })
    .then((sent) => sent.json());
  const times = await inTurns({
    Trellis: {
      turn: timeOf(async () => {
        const { file } = await client.rpc.files.download({ path: "small" }).orThrow();
        await client.transfer(file).bytes().orThrow();
      }),
    },
    [GET]: {
      turn: timeOf(async () => await (await store.get("small").orThrow()).bytes().orThrow()),
    },
    [HTTP]: { turn: timeOf(async () => await (await fetch(`${http}/download`)).bytes()) },
  }, quick ? 3 : 9);
  await fetch(`${http}/end`).catch(() => {});
  const name = "64 MiB file down";
  const smallName = "1 KiB file down, p50";
  const rows = [
    compared({ name, unit: "MiB/s", target: { of: "ratio", limit: 0.6 } }, figures, GET),
    compared({ name, unit: "MiB/s" }, figures, HTTP),
    compared({ name: smallName, unit: "ms" }, times, GET),
    compared({ name: smallName, unit: "ms" }, times, HTTP),
  ];
  const [size, label] = quick ? [256 * MIB, "256 MiB"] : [1024 * MIB, "1 GiB"];
  say(`memory, ${label} down`);
  await store.put("huge", zeros(size)).orThrow();
  const before = saidMemory(granting);
  await using reading = SpokenProcess.start(
    support("reader_process.ts"),
    server.url,
    "huge",
    "large",
  );
  await reading.ended();
  const target = { of: "figure", limit: 64 } as const;
  const grown = Number(reading.said) / MIB;
  return [
    ...rows,
    alone({ name: `memory, ${label} down, fast and slowly`, unit: "MiB", target }, [grown]),
    alone({ name: `memory, ${label} down, service`, unit: "MiB", target }, [
      (saidMemory(granting) - before) / MIB,
    ]),
  ];
}

async function sizeOf(stream: ReadableStream<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of stream) size += chunk.length;
  return size;
}
