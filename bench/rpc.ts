import type { Measurement } from "./measure/measurement.ts";
import { inTurns, type Side } from "./measure/rounds.ts";
import { compared, type Row } from "./measure/row.ts";
import { startPlainServer } from "./project/plain_server.ts";
import { ContenderProcess } from "./rpc/contender_process.ts";
import { echoContract } from "./rpc/echo_contract.ts";
import type { Load } from "./measure/load.ts";
import { installPeers } from "./rpc/peers.ts";
import { securedBesideOpen } from "./rpc/secured_pair.ts";

const RAW = "nats.js request";
const CONTENDERS = {
  Trellis: "trellis.ts",
  [RAW]: "../nats/raw_rpc.ts",
  "bare mux": "../nats/bare_mux.ts",
};
const PEERS = { Moleculer: "moleculer.ts", NestJS: "nestjs.ts" };

/** A call with an order there and back, beside others; then where the server checks who may call. */
export const rpc: Measurement = async (effort) => [
  ...await besideOthers(effort),
  ...await securedBesideOpen(effort),
];

/**
 * Trellis validates each order four times, has contexts, deadlines and typed errors; the others do none of
 * it.
 */
const besideOthers: Measurement = async ({ quick, say, note }) => {
  await using plain = await startPlainServer([echoContract]);
  await using running = new AsyncDisposableStack();
  const contenders = new Map<string, ContenderProcess>();
  const missing = new Map<string, string>();
  for (const [name, script] of Object.entries(CONTENDERS)) {
    contenders.set(name, running.use(await ContenderProcess.start(script, plain.url)));
  }
  say("installing peers");
  const obstacle = await installPeers();
  for (const [name, script] of Object.entries(PEERS)) {
    try {
      if (obstacle !== undefined) throw new Error(obstacle);
      contenders.set(
        name,
        running.use(await ContenderProcess.start(script, plain.url, { config: "none" })),
      );
    } catch (cause) {
      missing.set(name, cause instanceof Error ? cause.message : String(cause));
    }
  }

  const rounds = quick ? 5 : 15;
  const others = [RAW, ...Object.keys(PEERS), "bare mux"];
  const measure = async (load: Load, name: string, targets: Record<string, number>) => {
    say(name);
    const sides = [...contenders].map(([contender, process]): [string, Side] => [
      contender,
      { turn: () => process.turn(load) },
    ]);
    const figures = await inTurns(Object.fromEntries(sides), rounds);
    return others.map((beside): Row => {
      const limit = targets[beside];
      return compared(
        {
          name,
          unit: load.kind === "sequential" ? "us" : "/s",
          target: limit === undefined ? undefined : { of: "ratio", limit },
        },
        figures,
        beside,
      );
    });
  };
  const ms = quick ? 500 : 800;
  for (const [name, why] of missing) note(`${name} was not measured: ${why}`);
  return [
    ...await measure({ kind: "sequential", calls: quick ? 500 : 1000 }, "rpc, p50", { [RAW]: 1.1 }),
    ...await measure({ kind: "in_flight", width: 64, ms }, "rpc, 64 in flight", {
      [RAW]: 1.5,
      Moleculer: 1,
    }),
    ...await measure({ kind: "in_flight", width: 512, ms }, "rpc, 512 in flight", {}),
  ];
};
