import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { compared } from "./measure/row.ts";
import { startPlainServer } from "./project/plain_server.ts";
import { ContenderProcess } from "./rpc/contender_process.ts";
import { echoContract } from "./rpc/echo_contract.ts";

const OFF = "not recorded";

/**
 * What it costs that calls are recorded with OpenTelemetry, in a process that makes them and answers them: it has
 * one thread, so the ratio of the rates is that of the processor time. Where nothing takes what is recorded,
 * nothing of it is loaded, and the rows of `rpc` say what a call costs then.
 */
export const tracing: Measurement = async ({ quick, say }) => {
  await using server = await startPlainServer([echoContract]);
  const taken = { spans: 0 };
  await using collector = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    await request.body?.cancel();
    if (new URL(request.url).pathname.endsWith("/traces")) taken.spans++;
    return Response.json({});
  });
  await using off = await ContenderProcess.start("trellis.ts", server.url);
  await using on = await ContenderProcess.start("trellis.ts", server.url, {
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    },
  });
  say("rpc, 64 in flight");
  const load = { kind: "in_flight", width: 64, ms: quick ? 500 : 800 } as const;
  const figures = await inTurns({
    Trellis: { turn: () => on.turn(load) },
    [OFF]: { turn: () => off.turn(load) },
  }, quick ? 5 : 15);
  if (taken.spans === 0) throw new Error("nothing was recorded");
  return [compared({ name: "rpc, 64 in flight, recorded", unit: "/s" }, figures, OFF)];
};
