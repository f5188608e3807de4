import { setTimeout as delay } from "node:timers/promises";
import { LiveHub } from "../cli/live/nats/live_hub.ts";
import { connectMessaging } from "../runtime/rpc/nats/nats_messaging.ts";
import { until } from "../tests/support/until.ts";
import type { Spent } from "./console/measured_service.ts";
import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { compared } from "./measure/row.ts";
import { startPlainServer } from "./project/plain_server.ts";
import { ContenderProcess } from "./rpc/contender_process.ts";
import { echoContract } from "./rpc/echo_contract.ts";

const NOBODY = "nobody watches";

/**
 * What it costs a service that somebody watches its requests. It is called all the time, and watched every other turn:
 * so what else the machine does falls on both. Calls a second tell what callers see, who share the machine with the
 * watcher here; the processor time of the service for each call tells what it costs the service itself.
 */
export const consoleLive: Measurement = async ({ quick, say }) => {
  await using server = await startPlainServer([echoContract]);
  await using service = await ContenderProcess.start("../console/measured_service.ts", server.url);
  await using _caller = await ContenderProcess.start("../console/steady_caller.ts", server.url);
  await using watcher = (await connectMessaging({ servers: server.url, name: "bench" })).orThrow();
  // Written by the process that was started above.
  const spent = async () => await service.ask({}, "spent") as Spent;
  const cpu: Record<string, number[]> = {};
  const turn = async (name: string): Promise<number> => {
    const [before, began] = [await spent(), performance.now()];
    await delay(quick ? 500 : 1000);
    const [after, ended] = [await spent(), performance.now()];
    const calls = after.calls - before.calls;
    (cpu[name] ??= []).push((after.cpuUs - before.cpuUs) / calls);
    return calls / (ended - began) * 1000;
  };
  const watched = async () => {
    const hub = new LiveHub({ perSecond: 50 });
    const looking = new AbortController();
    hub.look({ messaging: watcher, signal: looking.signal, tell: () => {} });
    await until(() => hub.last > 0, "the service reports");
    try {
      return await turn("Trellis");
    } finally {
      looking.abort();
      await watcher.flush();
      // The service reports a last time.
      await delay(300);
    }
  };
  say("rpc, 64 in flight");
  const rates = await inTurns({
    Trellis: { turn: watched },
    [NOBODY]: { turn: () => turn(NOBODY) },
  }, quick ? 5 : 40);
  // As for the rates, the first round does not count.
  const costs = Object.fromEntries(Object.entries(cpu).map(([name, all]) => [name, all.slice(1)]));
  return [
    compared(
      { name: "rpc, 64 in flight, watched", unit: "/s", target: { of: "ratio", limit: 0.97 } },
      rates,
      NOBODY,
    ),
    compared(
      {
        name: "processor time of a watched service for a call",
        unit: "us",
        target: { of: "ratio", limit: 1.03 },
      },
      costs,
      NOBODY,
    ),
  ];
};
