/** Operations from end to end on one server. */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { err, ok, OperationError, RetryLater, TrellisClient, TrellisService } from "../../mod.ts";
import { connect, provision, SILENT } from "../support/deployed.ts";
import {
  desk,
  type ExportHandler,
  NotApprovedError,
  type PrintHandler,
  reportHandlers,
  reports,
  type RushHandler,
} from "../support/operations/reports.ts";
import { shared } from "../support/shared.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const server = shared(async () => {
  const started = await TrellisServer.start();
  await provision(await started.authority(), reports);
  return started;
});

async function serve(onExport?: ExportHandler, onPrint?: PrintHandler, onRush?: RushHandler) {
  return await connect(await server(), reports, reportHandlers(onExport, onPrint, onRush));
}

async function call() {
  const { url: trellisUrl } = await server();
  const client = await TrellisClient.connect({ contract: desk, trellisUrl }).orThrow();
  const { export: exporting, print, rush } = client.operation.report;
  return { exporting, print, rush, [Symbol.asyncDispose]: () => client.close() };
}

Deno.test("an operation is started, watched and waited for", async () => {
  await using _service = await serve(async ({ input, op, context }) => {
    op.progress({ done: input.rows });
    const url = await op.step("write", () => `reports/${input.rows}`);
    assert(context.cause?.startsWith("rpc:"));
    assertEquals(op.owner.kind, "anonymous");
    return ok({ url });
  });
  await using at = await call();
  const ref = await at.exporting.start({ rows: 3 }).orThrow();
  assertEquals([ref.service, ref.operation], ["reports@v1", "Report.Export"]);
  const states: string[] = [];
  let revision = -1;
  for await (const snapshot of await ref.watch().orThrow()) {
    assert(snapshot.revision > revision);
    revision = snapshot.revision;
    states.push(snapshot.state);
  }
  assertEquals(states.at(-1), "completed");
  assertEquals(await at.exporting.resume(ref.id).wait().orThrow(), { url: "reports/3" });
  const last = await ref.get().orThrow();
  assert(last.state === "completed");
  assertEquals([last.progress, last.attempt], [{ done: 3 }, 1]);
});

Deno.test("a start that is repeated with its request id is the same operation, which runs once", async () => {
  let runs = 0;
  await using _service = await serve(async () => {
    runs++;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return ok({ url: "once" });
  });
  await using at = await call();
  const start = () => at.exporting.start({ rows: 1 }, { requestId: "the-same" }).orThrow();
  const refs = await Promise.all([start(), start(), start()]);
  assertEquals(new Set(refs.map(({ id }) => id)).size, 1);
  assertEquals(await refs[0]!.wait().orThrow(), { url: "once" });
  const later = await start();
  assertEquals(later.id, refs[0]!.id);
  assertEquals(await later.wait().orThrow(), { url: "once" });
  assertEquals(runs, 1);
  const other = await at.exporting.start({ rows: 1 }).orThrow();
  assert(other.id !== later.id);
  await other.wait().orThrow();
  assertEquals(runs, 2);
});

Deno.test("two starts of one handler are two operations, although they are of one request", async () => {
  await using service = await serve();
  await using at = await call();
  const ids: string[] = [];
  await using _again = await serve(async ({ client, input }) => {
    if (input.rows > 0) {
      for (let n = 0; n < 2; n++) {
        ids.push((await client.operation.report.export.start({ rows: 0 }).orThrow()).id);
      }
    }
    return ok({ url: "done" });
  });
  await service.stop();
  await (await at.exporting.start({ rows: 1 }, { requestId: "starts-two" }).orThrow()).wait()
    .orThrow();
  assertEquals(new Set(ids).size, 2);
});

Deno.test("a declared error ends an operation, and comes as its class", async () => {
  await using _service = await serve(() => err(new NotApprovedError({ by: "ada" })));
  await using at = await call();
  const ref = await at.exporting.start({ rows: 1 }).orThrow();
  const ended = await ref.wait();
  assert(ended.isErr());
  assertInstanceOf(ended.error, NotApprovedError);
  assertEquals(ended.error.by, "ada");
  const snapshot = await ref.get().orThrow();
  assert(snapshot.state === "failed");
  assertInstanceOf(snapshot.error, NotApprovedError);
});

Deno.test("what throws is tried again with its steps kept, and is dead after the last try", async () => {
  const tries: string[] = [];
  let steps = 0;
  await using _service = await serve(async ({ op, input }) => {
    const made = await op.step("make", () => `made ${++steps}`);
    tries.push(`${op.attempt} ${made}`);
    if (input.rows === 2 && op.attempt === 2) return ok({ url: made });
    throw new Error("a secret of the service");
  });
  await using at = await call();
  assertEquals(await (await at.exporting.start({ rows: 2 }).orThrow()).wait().orThrow(), {
    url: "made 1",
  });
  assertEquals(tries, ["1 made 1", "2 made 1"]);
  const dead = await (await at.exporting.start({ rows: 1 }).orThrow()).wait();
  assert(dead.isErr());
  assertInstanceOf(dead.error, OperationError);
  assertEquals(dead.error.reason, "dead");
  assert(!dead.error.message.includes("secret"));
  assertEquals(tries.length, 10);
});

Deno.test("RetryLater costs no try", async () => {
  let runs = 0;
  await using _service = await serve(({ op }) =>
    ++runs < 5 ? err(new RetryLater({ afterMs: 10 })) : ok({ url: `try ${op.attempt}` })
  );
  await using at = await call();
  assertEquals(await (await at.exporting.start({ rows: 1 }).orThrow()).wait().orThrow(), {
    url: "try 1",
  });
});

Deno.test("an operation that waits for a signal gives up its place, and is brought back by it", async () => {
  let runs = 0;
  await using _service = await serve(undefined, async ({ op, input }) => {
    if (input.rows === 0) return ok({ url: "passed" });
    runs++;
    const first = await op.signal("stop").orThrow();
    const second = await op.signal("stop").orThrow();
    return ok({ url: `${first.by} ${second.by}` });
  });
  await using at = await call();
  const ref = await at.print.start({ rows: 1 }).orThrow();
  await until(async () => (await ref.get().orThrow()).state === "waiting", "it waits");
  assertEquals((await ref.get().orThrow()).waitsFor, "signal:stop");
  // Its queue takes one at a time.
  await (await at.print.start({ rows: 0 }).orThrow()).wait().orThrow();
  const first = () => ref.signal("stop", { by: "ada" }, { requestId: "one" }).orThrow();
  await first();
  const waits = async () => runs > 1 && (await ref.get().orThrow()).state === "waiting";
  await until(waits, "it waits for the second");
  // Sent again as after an answer that was lost.
  await first();
  await ref.signal("stop", { by: "bob" }).orThrow();
  assertEquals(await ref.wait().orThrow(), { url: "ada bob" });
  assert(runs >= 2);
  assertEquals((await ref.get().orThrow()).attempt, 1);
  const late = await ref.signal("stop", { by: "eve" });
  assert(late.isErr() && late.error.name === "OperationError");
  assertEquals(late.error.reason, "ended");
});

Deno.test("a signal that comes before it is waited for is there, and one that does not come in time is an error", async () => {
  await using _service = await serve(async ({ op, input }) => {
    if (input.rows === 1) await new Promise((resolve) => setTimeout(resolve, 200));
    const approval = await op.signal("approve", { timeoutMs: input.rows === 1 ? 60_000 : 50 });
    return approval.map(({ by }) => ({ url: by }));
  });
  await using at = await call();
  const early = await at.exporting.start({ rows: 1 }).orThrow();
  await early.signal("approve", { by: "ada" }).orThrow();
  assertEquals(await early.wait().orThrow(), { url: "ada" });
  const never = await (await at.exporting.start({ rows: 2 }).orThrow()).wait();
  assert(never.isErr() && never.error instanceof OperationError);
  assertEquals(never.error.reason, "timed_out");
});

Deno.test("what waits at its deadline has expired", async () => {
  await using _service = await serve(undefined, undefined, async ({ op }) => {
    await op.sleep("long", 40_000);
    return ok({ url: "never" });
  });
  await using at = await call();
  const ref = await at.rush.start({ rows: 1 }).orThrow();
  await until(async () => (await ref.get().orThrow()).waitsFor === "sleep:long", "it waits");
  const ended = await ref.wait();
  assert(ended.isErr() && ended.error instanceof OperationError);
  assertEquals(ended.error.reason, "expired");
});

Deno.test("a pending operation is cancelled at once, a running one when its handler returns, and one that has ended is an error", async () => {
  const ran: number[] = [];
  await using _service = await serve(undefined, async ({ input, context }) => {
    ran.push(input.rows);
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    return ok({ url: "ended" });
  });
  await using at = await call();
  const running = await at.print.start({ rows: 1 }).orThrow();
  await until(() => ran.length === 1, "the first runs");
  const pending = await at.print.start({ rows: 2 }).orThrow();
  assertEquals((await pending.get().orThrow()).state, "pending");
  assertEquals((await pending.cancel("not needed").orThrow()).state, "cancelled");
  const ended = await pending.wait();
  assert(ended.isErr() && ended.error instanceof OperationError);
  assertEquals([ended.error.reason, ended.error.message.includes("not needed")], [
    "cancelled",
    true,
  ]);
  assertEquals((await running.cancel().orThrow()).state, "cancelling");
  const stopped = await running.wait();
  assert(stopped.isErr() && stopped.error instanceof OperationError);
  assertEquals(stopped.error.reason, "cancelled");
  assertEquals((await running.cancel().orThrow()).state, "cancelled");
  const done = await at.exporting.start({ rows: 1 }).orThrow();
  await done.wait().orThrow();
  const late = await done.cancel();
  assert(late.isErr() && late.error instanceof OperationError);
  assertEquals(late.error.reason, "ended");
  assertEquals(ran, [1]);
});

Deno.test("a record that has expired is not found, and the same start runs again", async () => {
  let runs = 0;
  await using _service = await serve(undefined, undefined, () => ok({ url: `run ${++runs}` }));
  await using at = await call();
  const start = () => at.rush.start({ rows: 1 }, { requestId: "kept-for-a-second" }).orThrow();
  const ref = await start();
  assertEquals(await ref.wait().orThrow(), { url: "run 1" });
  await until(async () => (await ref.get()).isErr(), "it is forgotten");
  const gone = await ref.wait();
  assert(gone.isErr() && gone.error instanceof OperationError);
  assertEquals(gone.error.reason, "not_found");
  assertEquals(await (await start()).wait().orThrow(), { url: "run 2" });
});

Deno.test("a wait that ends says so, and the operation goes on", async () => {
  const gate = Promise.withResolvers<void>();
  await using _service = await serve(async () => {
    await gate.promise;
    return ok({ url: "after all" });
  });
  await using at = await call();
  const ref = await at.exporting.start({ rows: 1 }).orThrow();
  const late = await ref.wait({ timeoutMs: 50 });
  assert(late.isErr() && late.error.name === "TransportError");
  assertEquals(late.error.code, "trellis.rpc.timeout");
  const aborted = await ref.wait({ signal: AbortSignal.abort() });
  assert(aborted.isErr() && aborted.error.name === "TransportError");
  assertEquals(aborted.error.code, "trellis.rpc.aborted");
  gate.resolve();
  assertEquals(await ref.wait().orThrow(), { url: "after all" });
});

Deno.test("a handler may be registered by itself, and another one not", async () => {
  const { url: trellisUrl } = await server();
  await using service = await TrellisService
    .connect({ contract: reports, trellisUrl, log: SILENT }).orThrow();
  const { report } = service.with({ base: "explicit" }).handle.operation;
  report.export(({ input, deps }) => ok({ url: `${deps.base}/${input.rows}` }));
  report.print(({ input }) => ok({ url: String(input.rows) }));
  report.rush(({ input }) => ok({ url: String(input.rows) }));
  await service.serving();
  const ref = await service.operation.report.export.start({ rows: 9 }).orThrow();
  assertEquals(await ref.wait().orThrow(), { url: "explicit/9" });
});
