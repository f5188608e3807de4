import { assertEquals } from "@std/assert";
import { provision } from "../../support/deployed.ts";
import { RawQueues } from "../../support/nats/raw_queues.ts";
import { oldestServer } from "../../support/oldest_server.ts";
import { mailContract } from "../../support/queues/queue_contracts.ts";
import { TrellisServer } from "../../support/trellis_server.ts";

const JOBS = "trellis_jobs_mail";

Deno.test("declared queues and operations get their stream and durables, and services learn where they are", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const contract = mailContract(
    {
      send: { concurrency: 20 },
      rated: { rate: { limit: 10, perMs: 300_000 }, priorities: 2, keepMs: { dead: 3e9 } },
      keyed: { keyConcurrency: { key: "/tenantId", maxActive: 2 } },
    },
    { "Report.Export": { concurrency: 3, maxDeliver: 2 } },
  );
  const { materialized } = await provision(authority, contract);
  assertEquals(materialized?.problems, []);
  const { jobs, operations, records, rates, dead, steps, groups } = materialized!.bindings;
  const defaults = {
    ackWaitMs: 30_000,
    maxDeliver: 5,
    backoffMs: [1000, 5000, 30_000],
    stream: JOBS,
    schedules: true,
    wideExpectations: true,
  } as const;
  assertEquals(jobs?.send, { ...defaults, concurrency: 20, consumers: [["job__mail__send__0"]] });
  assertEquals(jobs?.rated?.consumers, [["job__mail__rated__0"], ["job__mail__rated__64"]]);
  assertEquals([jobs?.keyed?.concurrency, jobs?.keyed?.maxActive], [16, 2]);
  assertEquals(jobs?.keyed?.consumers[0]?.length, 8);
  assertEquals(operations, {
    "Report.Export": {
      ...defaults,
      concurrency: 3,
      maxDeliver: 2,
      consumers: [["operation__mail__Report_Export__0"]],
    },
  });
  assertEquals([records, rates], ["trellis_records_mail", "trellis_rates_mail"]);
  assertEquals([dead, steps, groups], ["trellis_dead_mail", "trellis_steps_mail", undefined]);
  const raw = await RawQueues.open((await server.connect()).connection);
  const config = (await raw.stream(JOBS))!.config;
  assertEquals(
    [config.retention, config.discard, config.deny_delete, config.max_age],
    ["workqueue", "old", false, 0],
  );
  assertEquals([config.allow_msg_schedules, config.allow_msg_ttl], [true, true]);
  const durables = await raw.consumers(JOBS);
  assertEquals(durables.job__mail__send__0?.length, 3);
  assertEquals(durables.job__mail__rated__0, ["jobs.mail.job.rated.run.0.*.*"]);
  assertEquals(durables.job__mail__rated__64, [
    "jobs.mail.job.rated.run.1.*.*",
    "jobs.mail.job.rated.run.2.*.*",
  ]);
  assertEquals((await raw.consumer(JOBS, "job__mail__keyed__3"))?.config.max_ack_pending, 2);
  const counting = (await raw.stream("trellis_rates_mail"))!.config;
  assertEquals([counting.allow_msg_counter, counting.storage], [true, "memory"]);
  assertEquals(counting.max_age, 600_000 * 1e6);
  const letters = (await raw.stream("trellis_dead_mail"))!.config;
  assertEquals([letters.allow_msg_ttl, letters.max_age], [true, 3e9 * 1e6]);
  const again = (await authority.reconcile("mail")).orThrow();
  assertEquals([again.actions, again.materialized], [[], materialized]);
});

const binary = await oldestServer();

Deno.test({
  name: "on NATS 2.10 queues and operations work without what the server cannot do",
  ignore: binary === undefined,
  fn: async () => {
    await using server = await TrellisServer.start(binary === undefined ? {} : { binary });
    const authority = await server.authority();
    const contract = mailContract(
      { send: { keyConcurrency: { key: "/tenantId" } } },
      { "Report.Export": {} },
    );
    const { materialized } = await provision(authority, contract);
    assertEquals(materialized?.problems, []);
    const { jobs, operations } = materialized!.bindings;
    assertEquals(jobs?.send?.consumers[0]?.length, 8);
    assertEquals([jobs?.send?.schedules, jobs?.send?.wideExpectations], [undefined, undefined]);
    assertEquals(operations?.["Report.Export"]?.stream, JOBS);
    const raw = await RawQueues.open((await server.connect()).connection);
    assertEquals((await raw.stream("KV_trellis_records_mail"))?.config.max_age, 2_592_000_000e6);
    assertEquals((await authority.reconcile("mail")).orThrow().actions, []);
  },
});
