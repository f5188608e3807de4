import { ok, TrellisClient } from "../mod.ts";
import { connect, provision } from "../tests/support/deployed.ts";
import { desk, reportHandlers, reports } from "../tests/support/operations/reports.ts";
import { TrellisServer } from "../tests/support/trellis_server.ts";
import type { Measurement } from "./measure/measurement.ts";
import { alone } from "./measure/row.ts";

/**
 * From starting an operation until its caller, who watches it, sees the first progress; and until it has its output.
 * Between both are the queue, a worker, and two writes of the record at least.
 */
export const operations: Measurement = async ({ quick, say }) => {
  await using server = await TrellisServer.start();
  await provision(await server.authority(), reports);
  await using _service = await connect(
    server,
    reports,
    reportHandlers(({ op, input }) => {
      op.progress({ done: input.rows });
      return ok({ url: "done" });
    }),
  );
  await using client = await TrellisClient.connect({ contract: desk, trellisUrl: server.url })
    .orThrow();
  const { export: exporting } = client.operation.report;
  const progressed: number[] = [];
  const ended: number[] = [];
  say("operation to progress");
  for (let n = 0; n < (quick ? 100 : 400); n++) {
    const began = performance.now();
    const ref = await exporting.start({ rows: n }).orThrow();
    let isFirst = true;
    for await (const { progress } of await ref.watch().orThrow()) {
      if (progress === undefined || !isFirst) continue;
      isFirst = false;
      progressed.push(performance.now() - began);
    }
    ended.push(performance.now() - began);
  }
  const target = { of: "figure", limit: 20 } as const;
  return [
    alone({ name: "operation start to first progress, p50", unit: "ms", target }, [
      median(progressed),
    ]),
    alone({ name: "operation start to its output, p50", unit: "ms" }, [median(ended)]),
  ];
};

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;
}
