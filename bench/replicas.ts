import orders from "../examples/orders/contracts/orders_service.ts";
import { defineServiceContract, ok, TrellisClient, TrellisService } from "../mod.ts";
import { openAuthority } from "../reconcile/nats/open_authority.ts";
import { openConnection } from "../runtime/nats/connection.ts";
import { provision } from "../tests/support/deployed.ts";
import { NatsCluster } from "../tests/support/nats_cluster.ts";
import { type Call, type Load, run } from "./measure/load.ts";
import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { compared, type Row, type Unit } from "./measure/row.ts";
import { startPlainServer } from "./project/plain_server.ts";
import { echoContract } from "./rpc/echo_contract.ts";
import { ORDER } from "./rpc/order.ts";
import { zeros } from "./store/open_store.ts";

const ONE = "one server";
const KEYS = 1000;
const OBJECT = 1 << 20;

const files = defineServiceContract({}, () => ({
  id: "bench-files@v1",
  displayName: "Files",
  description: "Keeps what is put.",
  resources: { store: { files: { purpose: "Keep what is put" } } },
}));

/**
 * The same on three servers that keep everything three times, beside one server. All of them share one machine, which
 * then does the work of three: on machines of their own only the way to the others is added.
 */
export const replicas: Measurement = async ({ quick, say }) => {
  await using opened = new AsyncDisposableStack();
  say("starting a cluster");
  const cluster = opened.use(await NatsCluster.start());
  const plain = opened.use(await startPlainServer());
  const three = await callsOn(cluster.url, opened);
  const one = await callsOn(plain.url, opened);
  const replicated = await three.replicas();
  if (replicated !== 3) throw new Error(`the bucket has ${replicated} replicas`);

  const rounds = quick ? 5 : 15;
  const load: Load = { kind: "in_flight", width: 64, ms: quick ? 300 : 800 };
  const large: Load = { ...load, width: 4 };
  const rows: Row[] = [];
  const measure = async (name: string, unit: Unit, how: Load, call: (of: Calls) => Call) => {
    say(name);
    const figures = await inTurns({
      Trellis: { turn: () => run(how, call(three)) },
      [ONE]: { turn: () => run(how, call(one)) },
    }, rounds);
    rows.push(compared({ name: `${name}, three replicas`, unit }, figures, ONE));
  };
  await measure("rpc, 64 in flight", "/s", load, ({ echo }) => echo);
  await measure("kv put, 64 in flight", "/s", load, ({ put }) => put);
  await measure("kv get, 64 in flight", "/s", load, ({ get }) => get);
  await measure("1 MiB put, 4 in flight", "MiB/s", large, ({ store }) => store);
  return rows;
};

/** What is called on one side. */
interface Calls {
  readonly echo: Call;
  readonly put: Call;
  readonly get: Call;
  readonly store: Call;
  readonly replicas: () => Promise<number>;
}

async function callsOn(servers: string, opened: AsyncDisposableStack): Promise<Calls> {
  const connection = (await openConnection({ servers: servers.split(","), name: "bench" }))
    .orThrow();
  opened.defer(() => connection.close());
  const authority = (await openAuthority(connection)).orThrow();
  for (const contract of [echoContract, orders, files]) await provision(authority, contract);
  const echoing = opened.use(
    await TrellisService.connect({ contract: echoContract, trellisUrl: servers }).orThrow(),
  );
  echoing.handle.rpc.orders.echo(({ input }) => ok(input));
  await echoing.serving();
  const client = opened.use(
    await TrellisClient.connect({ contract: echoContract, trellisUrl: servers }).orThrow(),
  );
  const { kv } = opened.use(
    await TrellisService.connect({ contract: orders, trellisUrl: servers }).orThrow(),
  );
  const { store } = opened.use(
    await TrellisService.connect({ contract: files, trellisUrl: servers }).orThrow(),
  );
  const objects = await store.files.open().orThrow();
  let last = 0;
  const key = () => `o${last++ % KEYS}`;
  for (let at = 0; at < KEYS; at++) await kv.orders.put(key(), ORDER).orThrow();
  return {
    echo: () => client.rpc.orders.echo(ORDER).orThrow(),
    put: () => kv.orders.put(key(), ORDER).orThrow(),
    get: () => kv.orders.get(key()).orThrow(),
    store: () => objects.put(`f${last++ % 10}`, zeros(OBJECT)).orThrow(),
    async replicas() {
      const { bucket } = await kv.orders.status().orThrow();
      const kept = (await authority.kept()).orThrow();
      return kept.find(({ stream }) => stream === `KV_${bucket}`)?.found?.replicas ?? 1;
    },
  };
}
