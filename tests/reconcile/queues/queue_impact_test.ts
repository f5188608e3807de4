import { assertEquals } from "@std/assert";
import { impactLines } from "../../../cli/words/impact_text.ts";
import type { Authority } from "../../../reconcile/authority/authority.ts";
import type { Contract } from "../../../contracts/define/contract.ts";
import { propose, provision } from "../../support/deployed.ts";
import { RawQueues } from "../../support/nats/raw_queues.ts";
import { oldestServer } from "../../support/oldest_server.ts";
import { mailContract } from "../../support/queues/queue_contracts.ts";
import { TrellisServer } from "../../support/trellis_server.ts";

const binary = await oldestServer();
const run = (slot: string, kind = "job.send") => `jobs.mail.${kind}.run.0.0.${slot}`;
const later = (slot: string) => `jobs.mail.job.send.later.0.0.${slot}`;
const EXPORT = "operation.Report_Export";

const queuePlan = async (authority: Authority, contract: Contract) =>
  (await propose(authority, contract)).plan.changes;

/** A service with something in its queue and its operation. */
async function withWork(server: TrellisServer) {
  const authority = await server.authority();
  const operations = { "Report.Export": {} };
  await provision(authority, mailContract({ send: {} }, operations));
  const raw = await RawQueues.open((await server.connect()).connection);
  await raw.queue(run("a"), { to: "ada" });
  await raw.queue(run("b"), { to: "bob", locale: "de" });
  await raw.queue(later("c"), { to: "cyn" }, { "Trellis-Attempt": "4" });
  await raw.queue("dead.mail.job.send.d", { to: "dan" });
  await raw.queue(run("x", EXPORT), { to: "eve" });
  await raw.put("trellis_records_mail", `${EXPORT}.x`, { state: "running" });
  await raw.put("trellis_records_mail", `${EXPORT}.y`, { state: "waiting" });
  await raw.put("trellis_records_mail", `${EXPORT}.z`, { state: "completed" });
  return { authority, operations };
}

Deno.test("a plan counts what waits and would be refused by a new payload, and by none that is migrated", async () => {
  await using server = await TrellisServer.start();
  const { authority, operations } = await withWork(server);
  const refused = [
    "2 of 3 in send would be refused, and become dead letters, 1 of them later",
    "a: /locale is required",
    "c: /locale is required",
    "1 dead letter could not be tried again",
  ];
  const narrowed = mailContract({ send: { payload: "StrictMail" } }, operations);
  const plan = await queuePlan(authority, narrowed);
  assertEquals(plan.map(({ code, severity }) => `${severity} ${code}`), [
    "dangerous schema.required.added",
  ]);
  assertEquals(impactLines(plan[0]!.impact!), refused);
  const dropped = await queuePlan(
    authority,
    mailContract({ send: { payload: "StrictMail", payloadVersion: "v2" } }, operations),
  );
  assertEquals(dropped.map(({ code }) => code), ["job.version.dropped"]);
  assertEquals(impactLines(dropped[0]!.impact!)[0], refused[0]!.replace("2 of 3", "3 of 3"));
  assertEquals(impactLines(dropped[0]!.impact!)[1], "a: its version v1 is not accepted");
  const migrated = await queuePlan(
    authority,
    mailContract({
      send: { payload: "StrictMail", payloadVersion: "v2", acceptedVersions: { v1: "Mail" } },
    }, operations),
  );
  assertEquals(migrated.map(({ code, severity }) => `${severity} ${code}`), [
    "safe job.version.migrated",
  ]);
});

Deno.test("a plan counts what a removed queue, fewer tries and other keys concern", async () => {
  await using server = await TrellisServer.start();
  const { authority, operations } = await withWork(server);
  const [removed] = await queuePlan(authority, mailContract({}, operations));
  assertEquals([removed?.code, removed?.severity], ["job.removed", "dangerous"]);
  assertEquals(impactLines(removed!.impact!), [
    "3 of 3 in send would not be worked on, 1 of them later",
    "first a, b, c",
    "1 dead letter stays",
  ]);
  const [fewer] = await queuePlan(authority, mailContract({ send: { maxDeliver: 3 } }, operations));
  assertEquals(impactLines(fewer!.impact!), [
    "1 of 3 in send would have had all their tries, 1 of them later",
    "first c",
  ]);
  // Nobody has been tried four times already: nothing is lost.
  assertEquals(
    await queuePlan(authority, mailContract({ send: { maxDeliver: 4 } }, operations)),
    [],
  );
  const keyed = mailContract({ send: { keyConcurrency: { key: "/to" } } }, operations);
  const [other] = await queuePlan(authority, keyed);
  assertEquals([other?.code, other?.impact?.values], ["job.key.changed", 3]);
});

for (const server of ["today's server", "NATS 2.10"]) {
  const oldest = server === "NATS 2.10";
  Deno.test({
    name: `on ${server} a plan counts the operations that wait and run when their input changes`,
    ignore: oldest && binary === undefined,
    fn: async () => {
      await using server = await TrellisServer.start(
        oldest && binary !== undefined ? { binary } : {},
      );
      const { authority, operations } = await withWork(server);
      const send = {};
      const changed = mailContract({ send }, operations, { input: "StrictMail" });
      const [input] = await queuePlan(authority, changed);
      assertEquals(impactLines(input!.impact!), [
        "1 of 1 in Report.Export would be refused, and become dead letters",
        "x: /locale is required",
        "1 running, 1 waiting",
      ]);
      const [removed] = await queuePlan(authority, mailContract({ send }));
      assertEquals(impactLines(removed!.impact!), [
        "1 of 1 in Report.Export would not be worked on",
        "first x",
        "1 running, 1 waiting",
      ]);
    },
  });
}
