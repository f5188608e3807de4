import { assert, assertEquals } from "@std/assert";
import { reconcileDeployment } from "../../../reconcile/reconciler/reconcile_deployment.ts";
import { accept, propose, provision } from "../../support/deployed.ts";
import { openBuckets } from "../../support/nats/raw_buckets.ts";
import { openWork } from "../../support/nats/raw_groups.ts";
import { RawQueues } from "../../support/nats/raw_queues.ts";
import { mailContract } from "../../support/queues/queue_contracts.ts";
import { KillAt, SteppedPorts } from "../../support/stepped_ports.ts";
import { TrellisServer } from "../../support/trellis_server.ts";

const sources = { now: () => new Date().toISOString(), id: () => "" };
const JOBS = "trellis_jobs_mail";
const schedules = { nightly: { cron: "0 0 3 * * *", payload: { to: "ada" } } };

const plain = mailContract({ send: { concurrency: 2 } });
const keyed = mailContract({
  send: { concurrency: 2, keyConcurrency: { key: "/to" }, priorities: 2, schedules },
});

Deno.test("a queue that gets other lanes, classes and schedules loses nothing, wherever the reconcile is killed", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { store } = authority;
  const { connection } = await server.connect();
  const [buckets, work] = [await openBuckets(connection), await openWork(connection)];
  const raw = await RawQueues.open(connection);
  await provision(authority, plain);
  const undisturbed = new Set<unknown>();
  for (let at = 1; undisturbed.size < 2; at++) {
    for (const contract of [keyed, plain]) {
      const places = [0, 1, 2].map((lane) => `jobs.mail.job.send.run.${lane % 2}.${lane}.at-${at}`);
      for (const place of places) await raw.queue(place, { to: "ada" });
      const { plan } = await propose(authority, contract);
      await accept(authority, plan);
      const kill = new KillAt(at, at % 2 === 0 ? "before" : "after");
      const ports = new SteppedPorts(store, buckets, kill.around, work);
      const death = await kill.death(
        reconcileDeployment("mail", ports.store, ports.buckets, sources, { work: ports.work }),
      );
      if (death === undefined) undisturbed.add(contract);
      const { materialized } = (await authority.reconcile("mail")).orThrow();
      assertEquals(materialized?.problems, [], death);
      assertEquals((await authority.reconcile("mail")).orThrow().actions, [], death);
      const isScheduled = await raw.last(JOBS, "jobs.mail.job.send.cron.nightly") !== undefined;
      assertEquals(isScheduled, contract === keyed, death);
      const taken: string[] = [];
      for (const consumer of materialized!.bindings.jobs!.send!.consumers.flat()) {
        while ((await raw.consumer(JOBS, consumer))!.num_pending > 0) {
          const message = await raw.take(JOBS, consumer);
          if (message === undefined) break;
          taken.push(message.subject);
          await message.ackAck();
        }
      }
      assertEquals(taken.toSorted(), places.toSorted(), death);
    }
    assert(at < 40, "every run was killed");
  }
});
