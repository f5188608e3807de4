import { assert, assertEquals } from "@std/assert";
import { managerOf } from "../../reconcile/nats/buckets/jetstream_failure.ts";
import { reconcileDeployment } from "../../reconcile/reconciler/reconcile_deployment.ts";
import { deploymentFacts, recordWrites } from "../support/nats/deployment_facts.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { type Scenario, SCENARIOS } from "../support/reconcile_scenarios.ts";
import { STORE_SCENARIOS } from "../support/store_scenarios.ts";
import { type AroundWrite, KillAt, PauseAt, SteppedPorts } from "../support/stepped_ports.ts";
import { TrellisServer } from "../support/trellis_server.ts";

/** A server on which one scenario is run again and again, each time in a deployment of its own. */
async function openLaboratory(server: TrellisServer, scenario: Scenario) {
  const { store } = await server.authority();
  const { connection } = await server.connect();
  const raw = new RawBuckets(connection);
  const manager = await managerOf(connection);
  let count = 0;
  const ports = (around?: AroundWrite) => new SteppedPorts(store, manager, around);
  const reconcile = async (deployment: string, stepped = ports()) => {
    const sources = { now: () => new Date().toISOString(), id: () => "" };
    const outcome = await reconcileDeployment(deployment, stepped.store, stepped.buckets, sources);
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

for (const scenario of [...SCENARIOS, ...STORE_SCENARIOS]) {
  Deno.test(`${scenario.name}: killed before and after every write, the next run ends the same`, async () => {
    await using server = await TrellisServer.start();
    const lab = await openLaboratory(server, scenario);
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
