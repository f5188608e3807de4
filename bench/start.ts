import contract from "../examples/orders/contracts/orders_service.ts";
import { TrellisClient } from "../mod.ts";
import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { alone } from "./measure/row.ts";
import { OrdersCopy } from "./project/orders_copy.ts";
import { RunningProject } from "./project/running_project.ts";
import { until } from "./project/until.ts";

/** From the command to the first order that was taken and stored: at first, and in a project that ran before. */
export const start: Measurement = async ({ quick, say }) => {
  await using project = await OrdersCopy.make();
  const firstOrder = async (command: "dev" | "start", again = false) => {
    say(command);
    if (!again) await project.forget();
    await using running = await RunningProject.start(command, project.root);
    const { servers, keys } = running;
    const sessionKeySeed = keys.admin.seed;
    await using client = await TrellisClient.connect({
      contract,
      trellisUrl: servers,
      sessionKeySeed,
    })
      .orThrow();
    const order = { customerId: "ada", items: [] };
    await until("an order is taken", async () => {
      return (await client.rpc.orders.create(order, { timeoutMs: 1000 })).isOk();
    });
    return performance.now() - running.started;
  };
  const figures = await inTurns({
    dev: { turn: () => firstOrder("dev") },
    start: { turn: () => firstOrder("start") },
    "start again": { turn: () => firstOrder("start", true) },
  }, quick ? 3 : 9);
  const target = { of: "figure", limit: 1000 } as const;
  return ["dev", "start", "start again"].map((command) =>
    alone({ name: `${command} to first order`, unit: "ms", target }, figures[command] ?? [])
  );
};
