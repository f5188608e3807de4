import { assert, assertEquals } from "@std/assert";
import { managerOf } from "../../reconcile/nats/buckets/jetstream_failure.ts";
import { reconcileDeployment } from "../../reconcile/reconciler/reconcile_deployment.ts";
import type { StreamLayout } from "../../reconcile/resources/stream_layout.ts";
import { ConnectionGate } from "../../runtime/nats/connection_gate.ts";
import { deploymentFacts, recordWrites } from "../support/nats/deployment_facts.ts";
import { NatsCluster } from "../support/nats_cluster.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { type Scenario, SCENARIOS } from "../support/reconcile_scenarios.ts";
import { STORE_SCENARIOS } from "../support/store_scenarios.ts";
import { type AroundWrite, KillAt, PauseAt, SteppedPorts } from "../support/stepped_ports.ts";
import { TrellisServer } from "../support/trellis_server.ts";

/** Deployments of all laboratories: several may be on one server. */
let count = 0;

/** A server on which one scenario is run again and again, each time in a deployment of its own. */
async function openLaboratory(server: TrellisServer, scenario: Scenario, layout?: StreamLayout) {
  const { store } = await server.authority();
  const { connection } = await server.connect();
  const raw = new RawBuckets(connection);
  const manager = await managerOf(connection);
  const link = new ConnectionGate(connection);
  const ports = (around?: AroundWrite) => {
    return new SteppedPorts(store, manager, around, undefined, link);
  };
  const reconcile = async (deployment: string, stepped = ports()) => {
    const sources = { now: () => new Date().toISOString(), id: () => "" };
    const buckets = layout === undefined ? stepped.buckets : stepped.buckets.under(layout);
    const outcome = await reconcileDeployment(deployment, stepped.store, buckets, sources);
    return outcome.orThrow();
  };
  return {
    ports,
    reconcile,
    prepare: async () => {
      const deployment = `d${String.fromCharCode(97 + count / 26)}${
        String.fromCharCode(97 + count++ % 26)
      }x`;
      const undisturbed = async () => void await reconcile(deployment);
      await scenario.prepare({ store, raw, connection, deployment, reconcile: undisturbed });
      return deployment;
    },
    facts: (deployment: string) => deploymentFacts(connection, store, deployment),
    /** Reconciles once more and answers what was written by it. */
    rest: async (deployment: string) => {
      const before = await recordWrites(connection);
      const stepped = ports();
      const { actions } = await reconcile(deployment, stepped);
      const writes = stepped.writes.filter((name) => name !== "bindings");
      return { actions, writes, records: await recordWrites(connection) - before };
    },
  };
}

const NOTHING = { actions: [], writes: [], records: 0 };

async function killAtEveryWrite(
  server: TrellisServer,
  scenario: Scenario,
  layout?: StreamLayout,
): Promise<void> {
  const lab = await openLaboratory(server, scenario, layout);
  const undisturbed = await lab.prepare();
  const all = lab.ports();
  const { actions } = await lab.reconcile(undisturbed, all);
  assertEquals(actions.map(({ kind }) => kind), scenario.actions);
  const wanted = await lab.facts(undisturbed);
  assertEquals(await lab.rest(undisturbed), NOTHING);
  // Before a write, all is as after the one before it.
  for (let write = 0; write <= all.writes.length; write++) {
    const deployment = await lab.prepare();
    const kill = write === 0 ? new KillAt(1, "before") : new KillAt(write, "after");
    const death = await kill.death(lab.reconcile(deployment, lab.ports(kill.around)));
    assert(death !== undefined);
    await lab.reconcile(deployment);
    assertEquals(await lab.facts(deployment), wanted, `killed ${death}, ${write}`);
    assertEquals(await lab.rest(deployment), NOTHING, `killed ${death}, ${write}`);
  }
}

/** Where steps take longest on several servers: streams are made, filled, changed and copied. */
const ON_CLUSTER = ["create stores beside a bucket of the same name", "rename a store"];

Deno.test("on three servers, killed before and after every write, the next run ends the same", async () => {
  await using cluster = await NatsCluster.start();
  const [server] = cluster.servers;
  for (const scenario of STORE_SCENARIOS.filter(({ name }) => ON_CLUSTER.includes(name))) {
    await killAtEveryWrite(server!, scenario, { replicas: 3, lowers: false });
  }
  const made = (await cluster.streams()).filter(({ config }) => config.name.startsWith("OBJ_"));
  assertEquals(new Set(made.map(({ config }) => config.num_replicas)), new Set([3]));
});

for (const scenario of [...SCENARIOS, ...STORE_SCENARIOS]) {
  Deno.test(`${scenario.name}: killed before and after every write, the next run ends the same`, async () => {
    await using server = await TrellisServer.start();
    await killAtEveryWrite(server, scenario);
  });

  Deno.test(`${scenario.name}: two reconcilers at every pair of writes end the same`, async () => {
    await using server = await TrellisServer.start();
    const lab = await openLaboratory(server, scenario);
    const undisturbed = await lab.prepare();
    const all = lab.ports();
    await lab.reconcile(undisturbed, all);
    const wanted = await lab.facts(undisturbed);
    const writes = all.writes.length;
    for (let first = 1; first <= writes; first++) {
      // Whoever overtakes has less left to do: once it comes to its end, later pauses are the same.
      for (let second = 1, paused = true; paused; second++) {
        const deployment = await lab.prepare();
        const [one, other] = [new PauseAt(first), new PauseAt(second)];
        const running = lab.reconcile(deployment, lab.ports(one.around));
        assert(await one.reached(running));
        const overtaking = lab.reconcile(deployment, lab.ports(other.around));
        paused = await other.reached(overtaking);
        one.go();
        await running;
        other.go();
        await overtaking;
        const where = `${first} of one, ${second} of the other`;
        assertEquals(await lab.facts(deployment), wanted, where);
        assertEquals(await lab.rest(deployment), NOTHING, where);
      }
    }
  });
}
