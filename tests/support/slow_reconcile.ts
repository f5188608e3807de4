/** A process that reconciles slowly, to be killed while it does. */
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { reconcileDeployment } from "../../reconcile/reconciler/reconcile_deployment.ts";
import "../../runtime/host/deno_host.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { openBuckets } from "./nats/raw_buckets.ts";
import { SteppedPorts } from "./stepped_ports.ts";

const servers = Deno.env.get("SERVER") ?? "";
const { connection } = (await connectMessaging({ servers, name: "slow" })).orThrow();
const { store } = (await openAuthority(connection)).orThrow();
const ports = new SteppedPorts(
  store,
  await openBuckets(connection),
  async (_write, _name, work) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return await work();
  },
);
const sources = { now: () => new Date().toISOString(), id: () => "" };
await reconcileDeployment(Deno.env.get("DEPLOYMENT") ?? "", ports.store, ports.buckets, sources);
await connection.close();
