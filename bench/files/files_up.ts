import { jetstreamManager } from "@nats-io/jetstream";
import { transferStream } from "../../contracts/stored/transfer_names.ts";
import { TrellisClient } from "../../mod.ts";
import { connect } from "../../tests/support/deployed.ts";
import { SpokenProcess } from "../../tests/support/spoken_process.ts";
import { author, papers } from "../../tests/support/transfers/papers.ts";
import { saidMemory } from "../../tests/support/transfers/said_memory.ts";
import { until } from "../../tests/support/until.ts";
import type { Effort } from "../measure/measurement.ts";
import { inTurns } from "../measure/rounds.ts";
import { alone, compared, type Row } from "../measure/row.ts";
import { startPlainServer } from "../project/plain_server.ts";
import { zeros } from "../store/open_store.ts";
import { SMALL, timeOf } from "./small_file.ts";

const MIB = 1 << 20;
const LARGE = 64 * MIB;
const PUT = "store put";
const HTTP = "Hono";
const support = (file: string) => new URL(`../../tests/support/transfers/${file}`, import.meta.url);
const HONO_PROCESS = new URL("./hono_process.ts", import.meta.url);

/**
 * A file that a caller sends with an operation, until the store of the service has it; the service is a process of its own.
 * Beside it the same bytes put into the same store at once, and sent over HTTP to a program that writes them into a file.
 */
export async function filesUp({ quick, say }: Effort): Promise<readonly Row[]> {
  await using server = await startPlainServer([papers]);
  const manager = await jetstreamManager((await server.connect()).connection);
  const stream = transferStream("papers");
  const { config } = await manager.streams.info(stream);
  await manager.streams.update(stream, { ...config, max_bytes: 3 << 30 });
  await using keeper = SpokenProcess.start(support("keeper_process.ts"), server.url);
  await until(() => keeper.hasSaid("serving"), "the service serves");
  await using hono = SpokenProcess.start(HONO_PROCESS);
  await until(() => hono.hasSaid("\n"), "Hono listens");
  const http = hono.said.trim();
  await using client = await TrellisClient.connect({ contract: author, trellisUrl: server.url })
    .orThrow();
  // It serves nothing: it is there for its store.
  await using other = await connect(server, papers);
  const store = await other.store.papers.open().orThrow();

  const rate = (work: () => Promise<unknown>) => async () => {
    const start = performance.now();
    await work();
    return LARGE / MIB / (performance.now() - start) * 1000;
  };
  say("64 MiB up");
  const { upload } = client.operation.paper;
  const figures = await inTurns({
    Trellis: { turn: rate(() => upload.start({ path: "up" }, { body: zeros(LARGE) }).orThrow()) },
    [PUT]: { turn: rate(() => store.put("put", zeros(LARGE)).orThrow()) },
    [HTTP]: {
      turn: rate(async () => {
        const answer = await fetch(`${http}/upload`, { method: "POST", body: zeros(LARGE) });
        await answer.json();
      }),
    },
  }, quick ? 3 : 9);
  say("1 KiB up");
  const small = new Uint8Array(SMALL);
  const times = await inTurns({
    Trellis: {
      turn: timeOf(async () => {
        const ref = await upload.start({ path: "small" }, { body: small }).orThrow();
        await ref.wait().orThrow();
      }),
    },
    [PUT]: { turn: timeOf(() => store.put("small put", small).orThrow()) },
    [HTTP]: {
      turn: timeOf(async () => {
        const answer = await fetch(`${http}/upload`, { method: "POST", body: small });
        await answer.json();
      }),
    },
  }, quick ? 3 : 9);
  await fetch(`${http}/end`).catch(() => {});
  const name = "64 MiB file up";
  const smallName = "1 KiB file up, p50";
  return [
    compared({ name, unit: "MiB/s", target: { of: "ratio", limit: 0.6 } }, figures, PUT),
    compared({ name, unit: "MiB/s" }, figures, HTTP),
    compared({ name: smallName, unit: "ms" }, times, PUT),
    compared({ name: smallName, unit: "ms" }, times, HTTP),
    ...await memory(server.url, keeper, { quick, say }),
  ];
}

/** How much memory both sides take for a large file, from when they are warm. */
async function memory(
  url: string,
  keeper: SpokenProcess,
  { quick, say }: Pick<Effort, "quick" | "say">,
): Promise<readonly Row[]> {
  const [size, label] = quick ? [256 * MIB, "256 MiB"] : [1024 * MIB, "1 GiB"];
  say(`memory, ${label}`);
  const before = saidMemory(keeper);
  await using sender = SpokenProcess.start(support("author_process.ts"), url, String(size));
  await sender.ended();
  const grown = Number(/ grown (\d+)/.exec(sender.said)?.[1] ?? NaN);
  const target = { of: "figure", limit: 64 } as const;
  return [
    alone({ name: `memory, ${label} up, sender`, unit: "MiB", target }, [grown / MIB]),
    alone({ name: `memory, ${label} up, service`, unit: "MiB", target }, [
      (saidMemory(keeper) - before) / MIB,
    ]),
  ];
}
