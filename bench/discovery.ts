import { buildBundle, bundleText } from "../contracts/manifest/bundle.ts";
import { createDiscoveryCache, discoverContracts } from "../contracts/discovery/discovery.ts";
import { openAuthority } from "../reconcile/nats/open_authority.ts";
import { connectMessaging } from "../runtime/rpc/nats/nats_messaging.ts";
import { startPlainServer } from "./project/plain_server.ts";
import type { Measurement } from "./measure/measurement.ts";
import { alone, type Row } from "./measure/row.ts";
import { generateProject } from "./project/generated_project.ts";

/** Contracts from files to accepted plans, first all new and then all unchanged. */
export const discovery: Measurement = async ({ quick, say }) => {
  const rows: Row[] = [];
  for (const contracts of [1, 20, 200]) {
    const name = `${contracts} contract${contracts === 1 ? "" : "s"}`;
    const cold: number[] = [];
    const unchanged: number[] = [];
    const rounds = quick ? 3 : 7;
    for (let round = -1; round < rounds; round++) {
      say(`${name}, ${round + 1} of ${rounds}`);
      const times = await once(contracts);
      // The first round loads code and is not counted.
      if (round < 0) continue;
      cold.push(times.cold);
      unchanged.push(times.unchanged);
    }
    const target = contracts === 200 ? { of: "figure", limit: 1000 } as const : undefined;
    rows.push(alone({ name: `${name}, found and planned`, unit: "ms", target }, cold));
    rows.push(alone({ name: `${name}, unchanged`, unit: "ms", target }, unchanged));
  }
  return rows;
};

async function once(contracts: number): Promise<{ cold: number; unchanged: number }> {
  await using project = await generateProject(contracts);
  await using server = await startPlainServer();
  const servers = server.url;
  await using messaging = (await connectMessaging({ servers, name: "bench" })).orThrow();
  const authority = (await openAuthority(messaging.connection)).orThrow();
  const cache = createDiscoveryCache();
  const plan = async (expected: "accepted" | "unchanged") => {
    const start = performance.now();
    const found = await discoverContracts({ project: project.root, cache });
    bundleText(buildBundle(found.contracts));
    const presented = await authority.present(found.contracts, { mode: "dev", by: "bench" });
    const time = performance.now() - start;
    const as = presented.filter((result) => result.orThrow().kind === expected).length;
    if (as !== contracts) throw new Error(`${as} of ${contracts} contracts are ${expected}`);
    return time;
  };
  return { cold: await plan("accepted"), unchanged: await plan("unchanged") };
}
