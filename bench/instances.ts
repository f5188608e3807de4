import { fileURLToPath } from "node:url";
import { Instances } from "../cli/workers/instances.ts";
import { workerSettings } from "../cli/workers/worker_settings.ts";
import { TrellisClient } from "../mod.ts";
import type { Measurement } from "./measure/measurement.ts";
import { type Load, run } from "./measure/load.ts";
import { inTurns, type Side } from "./measure/rounds.ts";
import { compared, type Row } from "./measure/row.ts";
import contract from "./instances/work_contract.ts";
import { startPlainServer } from "./project/plain_server.ts";

const COUNTS = [1, 2, 4] as const;
const WIDTH = 64;

/** Requests a second of a service with several instances, beside one: how far the cores of this machine carry it. */
export const instances: Measurement = async ({ quick, say }) => {
  await using running = new AsyncDisposableStack();
  const rounds = quick ? 5 : 15;
  const ask = new Map<number, (us: number) => Promise<unknown>>();
  for (const count of COUNTS) {
    say(`starting ${count}`);
    const { url } = running.use(await startPlainServer([contract]));
    const workers = running.adopt(await open(count), (workers) => workers.stopAll(1000));
    const module = new URL("./instances/work_handlers.ts", import.meta.url).href;
    const code = { style: "handlers", module, servers: url, digest: contract.digest } as const;
    if (!await workers.run("bench-work", code)) throw new Error("the workers do not start");
    const client = await TrellisClient.connect({ contract, trellisUrl: url }).orThrow();
    running.defer(() => client.close());
    ask.set(count, (us) => client.rpc.work.do({ us }).orThrow());
  }
  const rows: Row[] = [];
  for (const us of [0, 500]) {
    const sides: Record<string, Side> = {};
    for (const [count, call] of ask) {
      const load: Load = { kind: "in_flight", width: WIDTH, ms: quick ? 300 : 600 };
      sides[String(count)] = { turn: () => run(load, () => call(us)) };
    }
    say(`${us} us`);
    const figures = await inTurns(sides, rounds);
    const one = figures["1"] ?? [];
    for (const count of COUNTS.slice(1)) {
      const name = `${count} instances, ${us} us of work each`;
      const both = { Trellis: figures[String(count)] ?? [], "1 instance": one };
      rows.push(compared({ name, unit: "/s" }, both, "1 instance"));
    }
  }
  return rows;
};

async function open(count: number): Promise<Instances> {
  const root = fileURLToPath(new URL("../", import.meta.url));
  const settings = await workerSettings({ root, stateDir: `${root}.trellis` });
  return new Instances({
    failed: (name, failure) => {
      throw new Error(`${name}: ${failure.message}`);
    },
    restarted: () => {},
  }, { settings, instances: count });
}
