import { assertEquals } from "@std/assert";
import { jetstreamManager } from "@nats-io/jetstream";
import { reconcileDeployment } from "../../../reconcile/reconciler/reconcile_deployment.ts";
import { NatsBuckets } from "../../../reconcile/nats/buckets/nats_buckets.ts";
import { NatsAuthorityStore } from "../../../reconcile/nats/records/nats_authority_store.ts";
import { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import { cronJobId } from "../../../contracts/stored/job_names.ts";
import { propose, provision } from "../../support/deployed.ts";
import { openWork } from "../../support/nats/raw_groups.ts";
import { RawQueues } from "../../support/nats/raw_queues.ts";
import { oldestServer } from "../../support/oldest_server.ts";
import { type JobPatch, mailContract } from "../../support/queues/queue_contracts.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

const JOBS = "trellis_jobs_mail";
const CRON = "jobs.mail.job.send.cron.nightly";
const binary = await oldestServer();

const nightly = (schedule: object = {}): JobPatch => ({
  schedules: { nightly: { cron: "0 0 3 * * *", payload: { to: "ada" }, ...schedule } },
});

async function open(server: TrellisServer) {
  const { connection } = await server.connect();
  return { connection, raw: await RawQueues.open(connection) };
}

Deno.test("a schedule is written, follows its declaration, is written again where it was lost, and goes with it", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { raw } = await open(server);
  const first = await provision(authority, mailContract({ send: nightly() }));
  assertEquals(first.materialized?.problems, []);
  const written = await raw.last(JOBS, CRON);
  const target = (lane: number) => `jobs.mail.job.send.run.0.${lane}.cron-nightly`;
  assertEquals(written?.headers["Nats-Schedule"], "0 0 3 * * *");
  assertEquals(written?.headers["Nats-Schedule-Target"], target(0));
  assertEquals((await authority.reconcile("mail")).orThrow().actions, []);
  const changed = await provision(
    authority,
    mailContract({
      send: {
        ...nightly({ timeZone: "Europe/Berlin", payload: { to: "ada", tenantId: "a" } }),
        keyConcurrency: { key: "/tenantId" },
        payloadVersion: "v2",
      },
    }),
  );
  assertEquals(changed.materialized?.problems, []);
  const { headers, seq } = (await raw.last(JOBS, CRON))!;
  assertEquals(
    [headers["Nats-Schedule-Time-Zone"], headers["Trellis-Payload"]],
    ["Europe/Berlin", "v2"],
  );
  // The lane of its key, so that it is begun in its turn.
  assertEquals(/\.run\.0\.([1-9]\d?)\.cron-nightly$/.test(headers["Nats-Schedule-Target"]!), true);
  await raw.removeMessage(JOBS, seq);
  const again = (await authority.reconcile("mail")).orThrow();
  assertEquals(again.actions.map(({ kind }) => kind), ["put_schedule"]);
  assertEquals((await raw.last(JOBS, CRON))?.headers, headers);
  const gone = await provision(authority, mailContract({ other: {} }));
  assertEquals(gone.materialized?.problems, []);
  assertEquals(await raw.last(JOBS, CRON), undefined);
});

Deno.test("the server makes a job of each time, until the schedule is gone", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { raw } = await open(server);
  await provision(authority, mailContract({ send: nightly({ cron: "* * * * * *" }) }));
  const place = "jobs.mail.job.send.run.0.0.cron-nightly";
  await until(async () => ((await raw.subjects(JOBS))[place] ?? 0) >= 2, "two jobs are made");
  await provision(authority, mailContract({ send: {} }));
  const made = (await raw.subjects(JOBS))[place];
  await new Promise((done) => setTimeout(done, 1600));
  assertEquals((await raw.subjects(JOBS))[place], made);
  // What was made waits and is worked on.
  assertEquals((await raw.take(JOBS, "job__mail__send__0"))?.subject, place);
});

Deno.test("with catchUp the last time that was missed is made up once, and no other", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const { connection, raw } = await open(server);
  const schedule = { cron: "0 0 * * * *", catchUp: "last" };
  const none = nightly({ cron: "0 0 * * * *" }).schedules!.nightly!;
  const contract = mailContract({ send: nightly(schedule), other: { schedules: { none } } });
  await provision(authority, contract);
  const store = (await NatsAuthorityStore.open(connection, undefined)).orThrow();
  const buckets = new NatsBuckets(
    await jetstreamManager(connection),
    new ConnectionGate(connection),
  );
  const work = await openWork(connection);
  const reconcileAt = async (now: Date) => {
    const sources = { now: () => now.toISOString(), id: () => "" };
    const outcome = await reconcileDeployment("mail", store, buckets, sources, { work });
    return outcome.orThrow().actions.map(({ kind, subject: { alias } }) => `${kind} ${alias}`);
  };
  const hour = 3_600_000;
  const tick = new Date((Math.floor(Date.now() / hour) + 3) * hour);
  const soon = new Date(tick.getTime() + 60_000);
  assertEquals(await reconcileAt(soon), ["make_up send"]);
  assertEquals(await reconcileAt(soon), []);
  const id = cronJobId("nightly", tick);
  const job = await raw.take(JOBS, "job__mail__send__0");
  assertEquals(job?.subject, `jobs.mail.job.send.run.0.0.${id}`);
  assertEquals(job?.json(), { to: "ada" });
  await job!.ackAck();
  // A worker that has begun it has noted so.
  await raw.put("trellis_records_mail", "job.send.cron-nightly", {
    tick: tick.toISOString(),
    sequence: job!.seq,
  });
  assertEquals(await reconcileAt(soon), []);
  assertEquals(await reconcileAt(new Date(soon.getTime() + hour)), ["make_up send"]);
});

Deno.test({
  name: "on NATS 2.10 schedules and rates are refused with the version that they need",
  ignore: binary === undefined,
  fn: async () => {
    await using server = await TrellisServer.start(binary === undefined ? {} : { binary });
    const authority = await server.authority();
    const refusal = async (job: JobPatch) =>
      await propose(authority, mailContract({ send: job })).then(() => "", String);
    assertEquals(
      (await refusal(nightly())).includes("jobs.send.schedules of mail@v1 needs NATS 2.14.0"),
      true,
    );
    const rate = { limit: 1, perMs: 1000 };
    assertEquals(
      (await refusal({ rate })).includes("jobs.send.rate of mail@v1 needs NATS 2.12.0"),
      true,
    );
  },
});
