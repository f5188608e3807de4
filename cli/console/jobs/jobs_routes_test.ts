import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { jobStream, placeSubject } from "../../../contracts/stored/job_names.ts";
import { deadSubject } from "../../../contracts/stored/work_names.ts";
import { readAuditEntry } from "../../../reconcile/audit/audit_entry.ts";
import { announceService, discoveryIdentity } from "../../../runtime/rpc/nats/service_discovery.ts";
import { appFor, posted } from "../../../tests/support/console/console_app.ts";
import { adminVisitor } from "../../../tests/support/console/console_visitor.ts";
import { provision } from "../../../tests/support/deployed.ts";
import { RawQueues } from "../../../tests/support/nats/raw_queues.ts";
import { SecuredTrellis } from "../../../tests/support/platform/secured_trellis.ts";
import { mailContract } from "../../../tests/support/queues/queue_contracts.ts";
import { eventsRoutes } from "../events/events_routes.tsx";
import { jobsRoutes } from "./jobs_routes.tsx";

Deno.test("an admin sees queues and jobs, pauses, takes back and retries, and the audit history tells who", async () => {
  await using trellis = await SecuredTrellis.start();
  await provision(trellis.authority, mailContract({ send: {} }, { "Report.Export": {} }));
  await using visitor = await adminVisitor(trellis.server);
  const raw = await RawQueues.open(trellis.messaging.connection);
  const app = appFor(visitor, "/jobs", jobsRoutes()).route("/events", eventsRoutes());
  const get = async (path: string) => {
    const response = await app.request(path);
    return { status: response.status, html: await response.text() };
  };
  const post = async (path: string, form: Readonly<Record<string, string>> = {}) => {
    const response = await app.request(path, posted(form));
    return [response.status, response.headers.get("Location"), visitor.takeSaid()[0]?.text];
  };
  const place = (slot: string) =>
    placeSubject("mail", "run", { kind: "job", queue: "send", class: 0, lane: 0, slot });
  const queue = "/jobs/mail/job/send";
  announceService(trellis.messaging.line, {
    ...discoveryIdentity("mail@v1"),
    id: "hangs",
    description: "An instance in which handlers hang.",
    metadata: { deployment: "mail" },
    endpoints: [],
    started: new Date(),
    more: () => ({ hung: [{ kind: "job", name: "send", handlers: 3, since: "2030-01-02" }] }),
  });
  await trellis.messaging.line.flush();
  assertStringIncludes((await get(queue)).html, "Nothing waits");
  await raw.queue(place("J1"), { to: "<b>ada</b>" });
  await raw.queue(deadSubject("mail", "job", "send", "J2"), { to: "bob" }, {
    "Trellis-Origin": `${jobStream("mail")} 1 ${place("J2")}`,
    "Trellis-Dead-Reason": "failed",
    "Trellis-Dead-Error": "the mail server said no",
  });
  const queues = await get("/jobs");
  assertMatch(queues.html, /href="\/jobs\/mail\/job\/send".*data-name="Waiting"[^>]*><div>1</s);
  assertStringIncludes(queues.html, 'href="/jobs/mail/operation/Report.Export"');
  assertStringIncludes(queues.html, "1 dead");
  assertMatch(queues.html, /data-name="Hung handlers"[^>]*>.*>3, since /);
  const list = await get(queue);
  assertMatch(list.html, /Hung handlers.*>3, since /s);
  assertStringIncludes(list.html, `${queue}/one?id=J1`);
  assertEquals((await get(`${queue}?state=dead`)).html.includes("id=J1"), false);
  assertStringIncludes((await get(`${queue}/one?id=J1`)).html, "&lt;b>ada&lt;/b>");
  assertStringIncludes((await get(`${queue}/one?id=J2`)).html, "the mail server said no");
  assertEquals((await get(`${queue}/one?id=none`)).status, 404);
  assertEquals((await get("/jobs/mail/job/none")).status, 404);

  assertEquals((await post(`${queue}/pause`))[1], queue);
  assertStringIncludes((await get(queue)).html, "paused, until resumed");
  await post(`${queue}/resume`);
  assertEquals((await post(`${queue}/cancel`, { id: "J1" })).slice(0, 2), [303, queue]);
  const letters = "/events/mail/job.send";
  assertStringIncludes((await get(letters)).html, "failed each time");
  assertStringIncludes(String((await post(`${letters}/retry`, { id: "J2" }))[2]), "Retried 1");
  assertEquals(await raw.subjects(jobStream("mail")), { [place("J2")]: 1 });
  const told = (await trellis.platform.audit.read()).orThrow().map(readAuditEntry)
    .filter((entry) => /^(queue|job|letter)\./.test(entry?.kind ?? ""));
  assertEquals(told.map((entry) => [entry?.kind, entry?.by, entry?.details?.id]), [
    ["queue.paused", visitor.by, undefined],
    ["queue.resumed", visitor.by, undefined],
    ["job.cancelled", visitor.by, "J1"],
    ["letter.retried", visitor.by, "J2"],
  ]);
});
