import { LiveHub } from "../cli/live/nats/live_hub.ts";
import { connectMessaging } from "../runtime/rpc/nats/nats_messaging.ts";
import { until } from "../tests/support/until.ts";
import type { Load } from "./measure/load.ts";
import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { compared } from "./measure/row.ts";
import { startPlainServer } from "./project/plain_server.ts";
import { ContenderProcess } from "./rpc/contender_process.ts";
import { echoContract } from "./rpc/echo_contract.ts";

const NOBODY = "nobody watches";

/** What it costs a service that somebody watches its requests: the same process, watched and not. */
export const consoleLive: Measurement = async ({ quick, say }) => {
  await using server = await startPlainServer([echoContract]);
  await using process = await ContenderProcess.start("trellis.ts", server.url);
  await using watcher = (await connectMessaging({ servers: server.url, name: "bench" })).orThrow();
  const load: Load = { kind: "in_flight", width: 64, ms: quick ? 500 : 800 };
  const watched = async () => {
    const hub = new LiveHub({ perSecond: 50 });
    const looking = new AbortController();
    hub.look({ messaging: watcher, signal: looking.signal, tell: () => {} });
    const turn = process.turn(load);
    await until(() => hub.last > 0, "the service reports");
    try {
      return await turn;
    } finally {
      looking.abort();
      await watcher.flush();
      // The service reports a last time.
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  };
  say("rpc, 64 in flight");
  const figures = await inTurns({
    Trellis: { turn: watched },
    [NOBODY]: { turn: () => process.turn(load) },
  }, quick ? 5 : 15);
  const target = { of: "ratio", limit: 0.97 } as const;
  return [compared({ name: "rpc, 64 in flight, watched", unit: "/s", target }, figures, NOBODY)];
};
