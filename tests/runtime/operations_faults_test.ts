/** What breaks while operations run: workers and instances that die or freeze, and the broker. */
import { Type } from "@sinclair/typebox";
import { assert, assertEquals } from "@std/assert";
import { jetstreamManager } from "@nats-io/jetstream";
import { defineAppContract, defineServiceContract, ok, TrellisClient } from "../../mod.ts";
import { recordsBucket } from "../../contracts/stored/job_names.ts";
import { connect, provision } from "../support/deployed.ts";
import { desk, reportHandlers, reports } from "../support/operations/reports.ts";
import { ReportProcess } from "../support/operations/running_reports.ts";
import { oldestServer } from "../support/oldest_server.ts";
import { shared } from "../support/shared.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { TriggerProxy } from "../support/trigger_proxy.ts";
import { until } from "../support/until.ts";

const server = shared(async () => {
  const started = await TrellisServer.start();
  await provision(await started.authority(), reports);
  return started;
});

async function call() {
  const { url: trellisUrl } = await server();
  return await TrellisClient.connect({ contract: desk, trellisUrl }).orThrow();
}

Deno.test("a worker that dies is followed by the next try with its steps, and a watch outlives the instance that made it", async () => {
  const { url } = await server();
  await using client = await call();
  const seen: { readonly state: string; readonly attempt: number }[] = [];
  let watching: Promise<void>;
  {
    await using first = ReportProcess.start(url);
    await until(() => first.hasSaid("serving"), "the process serves");
    const ref = await client.operation.report.export.start({ rows: 1 }).orThrow();
    const changes = await ref.watch().orThrow();
    watching = (async () => {
      for await (const { state, attempt } of changes) seen.push({ state, attempt });
    })();
    await until(() => first.hasSaid("attempt 1: by the process"), "its step is done");
    await until(() => seen.some(({ state }) => state === "running"), "the watcher sees it run");
  }
  await using _second = await connect(
    await server(),
    reports,
    reportHandlers(async ({ op }) => {
      const step = await op.step("once", () => "by the next");
      op.progress({ done: 2 });
      return ok({ url: `${op.attempt}: ${step}` });
    }),
  );
  await watching;
  assertEquals(seen.at(-1), { state: "completed", attempt: 2 });
});

Deno.test("a worker that was frozen and taken over writes nothing any more, and its signal aborts", async () => {
  const { url } = await server();
  await using client = await call();
  await using frozen = ReportProcess.start(url);
  await until(() => frozen.hasSaid("serving"), "the process serves");
  const ref = await client.operation.report.export.start({ rows: 1 }).orThrow();
  await until(() => frozen.hasSaid("attempt 1"), "it runs");
  // The frozen one takes half of what is asked, so nothing is asked before it goes on.
  const watched = Array.fromAsync(await ref.watch().orThrow());
  frozen.signal("SIGSTOP");
  await using _next = await connect(
    await server(),
    reports,
    reportHandlers(() => ok({ url: "by the next" })),
  );
  const last = (await watched).at(-1);
  assert(last?.state === "completed");
  assertEquals(last.output, { url: "by the next" });
  frozen.signal("SIGCONT");
  await until(() => frozen.hasSaid("aborted"), "the frozen one learns that it has lost it");
  assertEquals((await ref.get().orThrow()).revision, last.revision);
});

Deno.test("what was told to end while its worker was dead is cancelled by the next one", async () => {
  const { url } = await server();
  await using client = await call();
  const { export: exporting } = client.operation.report;
  await using idle = await connect(await server(), reports);
  let ref;
  {
    await using first = ReportProcess.start(url);
    await until(() => first.hasSaid("serving"), "the process serves");
    ref = await exporting.start({ rows: 1 }).orThrow();
    await until(() => first.hasSaid("attempt 1"), "it runs");
  }
  let ran = 0;
  idle.handle.operation.report.print(({ input }) => ok({ url: String(input.rows) }));
  idle.handle.operation.report.rush(({ input }) => ok({ url: String(input.rows) }));
  idle.handle.operation.report.export(({ input }) => {
    ran++;
    return ok({ url: String(input.rows) });
  });
  await idle.serving();
  // It has a second until the broker gives it to the next one.
  assertEquals((await ref.cancel().orThrow()).state, "cancelling");
  const ended = await ref.wait();
  assert(ended.isErr() && ended.error.name === "OperationError");
  assertEquals([ended.error.reason, ran], ["cancelled", 0]);
});

Deno.test("an output that does not fit what is declared today is an error with the id", async () => {
  await using _service = await connect(await server(), reports, reportHandlers());
  await using client = await call();
  const { id } = await client.operation.report.export.start({ rows: 1 }).orThrow();
  await client.operation.report.export.resume(id).wait().orThrow();
  const Changed = Type.Object({ pages: Type.Array(Type.String()) });
  const later = defineServiceContract({ schemas: { Changed } }, (ref) => ({
    id: "reports@v1",
    displayName: "Reports",
    description: "Exports reports in another way.",
    operations: {
      "Report.Export": {
        version: "v1",
        input: ref.schema("Changed"),
        output: ref.schema("Changed"),
      },
    },
  }));
  const laterDesk = defineAppContract({}, () => ({
    id: "later-desk@v1",
    displayName: "Desk",
    description: "Asks for reports.",
    uses: { required: { reports: later.use({ operations: { call: ["Report.Export"] } }) } },
  }));
  const { url: trellisUrl } = await server();
  await using other = await TrellisClient.connect({ contract: laterDesk, trellisUrl }).orThrow();
  const misfit = await other.operation.report.export.resume(id).wait();
  assert(misfit.isErr() && misfit.error.name === "TransportError");
  assertEquals(misfit.error.code, "trellis.rpc.malformed_reply");
  assert(misfit.error.message.includes(id));
});

Deno.test("a watch is delivered to the session that asks, and the broker may forget it when that has gone", async () => {
  await using _service = await connect(
    await server(),
    reports,
    reportHandlers(async ({ context }) => {
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      return ok({ url: "ended" });
    }),
  );
  await using client = await call();
  const ref = await client.operation.report.export.start({ rows: 1 }).orThrow();
  const manager = await jetstreamManager((await (await server()).connect()).connection);
  const inbox = `_INBOX.${client.session}.watch.`;
  const watcher = async () => {
    const all = await manager.consumers.list(`KV_${recordsBucket("reports")}`).next();
    return all.find(({ config }) => config.deliver_subject?.startsWith(inbox));
  };
  const ends = new AbortController();
  const changes = await ref.watch({ signal: ends.signal }).orThrow();
  assertEquals((await watcher())?.push_bound, true);
  ends.abort();
  for await (const _ of changes) throw new Error("it has ended");
  await until(async () => (await watcher())?.push_bound !== true, "nobody is subscribed");
  await ref.cancel().orThrow();
  assertEquals((await ref.wait()).isErr(), true);
});

Deno.test("a watch and what it watches go on after the broker was away", async () => {
  const gate = Promise.withResolvers<void>();
  await using _service = await connect(
    await server(),
    reports,
    reportHandlers(async ({ op }) => {
      op.progress({ done: 1 });
      await gate.promise;
      op.progress({ done: 2 });
      return ok({ url: "whole" });
    }),
  );
  await using client = await call();
  const ref = await client.operation.report.export.start({ rows: 1 }).orThrow();
  const done: (number | undefined)[] = [];
  const watching = (async () => {
    for await (const { progress } of await ref.watch().orThrow()) done.push(progress?.done);
  })();
  await until(() => done.includes(1), "the first progress is seen");
  await (await server()).kill();
  await (await server()).startAgain();
  gate.resolve();
  assertEquals(await ref.wait().orThrow(), { url: "whole" });
  await watching;
  assertEquals(done.at(-1), 2);
});

Deno.test("progress that is reported while an earlier one is written is not lost", async () => {
  const { url } = await server();
  await using proxy = new TriggerProxy(url);
  const isSent = proxy.holdAfter((sent) => sent.includes('"progress":{"done":1}'));
  await using _service = await connect(
    await server(),
    reports,
    reportHandlers(async ({ op }) => {
      op.progress({ done: 1 });
      await isSent;
      op.progress({ done: 2 });
      proxy.cut();
      return ok({ url: "whole" });
    }),
    { trellisUrl: proxy.url },
  );
  await using client = await call();
  const ref = await client.operation.report.export.start({ rows: 1 }).orThrow();
  assertEquals(await ref.wait().orThrow(), { url: "whole" });
  assertEquals((await ref.get().orThrow()).progress, { done: 2 });
});

const oldest = await oldestServer();

Deno.test({
  name:
    "on a server that keeps no schedules an operation is retried, signalled and waited for all the same",
  ignore: oldest === undefined,
  fn: async () => {
    await using old = await TrellisServer.start({ binary: oldest! });
    await provision(await old.authority(), reports);
    const handlers = reportHandlers(async ({ op }) => {
      if (op.attempt === 1) throw new Error("once");
      op.progress({ done: op.attempt });
      const { by } = await op.signal("approve").orThrow();
      return ok({ url: by });
    });
    await using _service = await connect(old, reports, handlers);
    await using client = await TrellisClient.connect({ contract: desk, trellisUrl: old.url })
      .orThrow();
    const ref = await client.operation.report.export.start({ rows: 1 }).orThrow();
    await ref.signal("approve", { by: "ada" }).orThrow();
    assertEquals(await ref.wait({ timeoutMs: 60_000 }).orThrow(), { url: "ada" });
  },
});
