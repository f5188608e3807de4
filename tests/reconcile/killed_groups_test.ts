import { assert, assertEquals } from "@std/assert";
import { reconcileDeployment } from "../../reconcile/reconciler/reconcile_deployment.ts";
import { bank, noticesContract } from "../support/consumers/bank_contracts.ts";
import { accept, propose, provision } from "../support/deployed.ts";
import { openBuckets } from "../support/nats/raw_buckets.ts";
import { openWork, RawGroups } from "../support/nats/raw_groups.ts";
import { KillAt, SteppedPorts } from "../support/stepped_ports.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const sources = { now: () => new Date().toISOString(), id: () => "" };

const strict = noticesContract({ mailer: {} });
const keyed = noticesContract({ mailer: { ordering: "key" } });

Deno.test("a group that moves between mechanisms loses nothing, wherever the reconcile is killed", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { store } = authority;
  const { connection } = await server.connect();
  const [buckets, work] = [await openBuckets(connection), await openWork(connection)];
  const raw = await RawGroups.open(connection);
  await provision(authority, bank);
  await provision(authority, strict);
  /** What waits for the group, whichever way it gets its events. */
  const takeAll = async () => {
    const { groups } = (await authority.show("notices")).orThrow().materialized!.bindings;
    const { stream, consumers } = groups!.mailer!;
    return await Promise.all(consumers.map((consumer) => raw.take(stream, consumer, 9)));
  };
  const undisturbed = new Set<unknown>();
  for (let at = 1; undisturbed.size < 2; at++) {
    for (const contract of [keyed, strict]) {
      const ids: string[] = [];
      for (const account of ["a", "b", "a"]) ids.push(await raw.publish(account));
      const { plan } = await propose(authority, contract);
      await accept(authority, plan);
      const kill = new KillAt(at, at % 2 === 0 ? "before" : "after");
      const ports = new SteppedPorts(store, buckets, kill.around, work);
      const options = { work: ports.work };
      const death = await kill.death(
        reconcileDeployment("notices", ports.store, ports.buckets, sources, options),
      );
      if (death === undefined) undisturbed.add(contract);
      const { materialized } = (await authority.reconcile("notices")).orThrow();
      assertEquals(materialized?.problems, [], death);
      const taken = new Set<string>();
      await until(
        async () => {
          for (const id of (await takeAll()).flat()) taken.add(id);
          return ids.every((id) => taken.has(id));
        },
        `all of ${ids} come although killed ${death}`,
      );
      assertEquals((await authority.reconcile("notices")).orThrow().actions, [], death);
    }
    assert(at < 30, "every run was killed");
  }
});
