/** What is in the way of operations, and what they leave. */
import { assert, assertEquals } from "@std/assert";
import { Kvm } from "@nats-io/kv";
import { headers } from "@nats-io/nats-core";
import { isErr, ok, TrellisClient } from "../../mod.ts";
import {
  jobStream,
  recordKey,
  recordsBucket,
  signalKey,
} from "../../contracts/stored/job_names.ts";
import { operationId } from "../../runtime/operations/serve/operation_place.ts";
import { connect, provision } from "../support/deployed.ts";
import { QueueStreams } from "../support/nats/queue_streams.ts";
import { desk, reportHandlers, reports } from "../support/operations/reports.ts";
import { shared } from "../support/shared.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const server = shared(async () => {
  const started = await TrellisServer.start();
  await provision(await started.authority(), reports);
  return started;
});
const streams = shared(async () => await QueueStreams.open((await server()).url));

async function call() {
  const { url: trellisUrl } = await server();
  return await TrellisClient.connect({ contract: desk, trellisUrl }).orThrow();
}

Deno.test("what is no record of an operation is in the way of nobody", async () => {
  await using _service = await connect(await server(), reports, reportHandlers());
  await using client = await call();
  const bucket = await new Kvm((await streams()).connection).open(recordsBucket("reports"));
  const garbage = [
    "",
    "{",
    "7",
    "[]",
    '{"id":"x"}',
    '{"id":"x","state":"running","attempt":1,"claim":7}',
  ];
  for (const [n, text] of garbage.entries()) {
    const requestId = `garbage-${n}`;
    const id = operationId("anonymous:anonymous", "Report.Export", requestId);
    await bucket.put(recordKey("operation", "Report_Export", id), text);
    const ref = await client.operation.report.export.start({ rows: n }, { requestId }).orThrow();
    assertEquals(ref.id, id);
    assertEquals(await ref.wait({ timeoutMs: 60_000 }).orThrow(), { url: `export/${n}` }, text);
  }
});

Deno.test("an operation takes a thousand signals, and says so to who sends another", async () => {
  const goesOn = Promise.withResolvers<void>();
  await using _service = await connect(
    await server(),
    reports,
    reportHandlers(async ({ op }) => {
      await goesOn.promise;
      (await op.signal("approve")).orThrow();
      return ok({ url: "approved" });
    }),
  );
  await using client = await call();
  const bucket = await new Kvm((await streams()).connection).open(recordsBucket("reports"));
  const requestId = "flooded";
  const id = operationId("anonymous:anonymous", "Report.Export", requestId);
  const text = JSON.stringify({ name: "other", input: null });
  const signals = Array.from({ length: 999 }, (_, n) => signalKey("Report_Export", id, n + 1));
  await Promise.all(signals.map((key) => bucket.put(key, text)));
  const ref = await client.operation.report.export.start({ rows: 1 }, { requestId }).orThrow();
  await ref.signal("approve", { by: "ada" }).orThrow();
  const refused = await ref.signal("approve", { by: "eve" });
  assert(refused.isErr() && refused.error.name === "TransportError", String(refused));
  assertEquals(refused.error.code, "trellis.rpc.overloaded");
  goesOn.resolve();
  assertEquals(await ref.wait({ timeoutMs: 60_000 }).orThrow(), { url: "approved" });
});

Deno.test("an operation that is woken while it gives up its place leaves nothing behind", async () => {
  const goesOn = Promise.withResolvers<void>();
  let isApproved = false;
  await using _service = await connect(
    await server(),
    reports,
    reportHandlers(async ({ op }) => {
      (await op.signal("approve", { timeoutMs: 600_000 })).orThrow();
      isApproved = true;
      await goesOn.promise;
      return ok({ url: "approved" });
    }),
  );
  await using client = await call();
  const ref = await client.operation.report.export.start({ rows: 1 }).orThrow();
  await until(async () => (await ref.get().orThrow()).state === "waiting", "it waits");
  await ref.signal("approve", { by: "ada" }).orThrow();
  await until(() => isApproved, "it is woken");
  // As the worker that it waited at has it, when it is slow.
  const { connection } = await streams();
  const marks = headers();
  const place = (state: string) => `jobs.reports.operation.Report_Export.${state}.0.0.${ref.id}`;
  marks.set("Nats-Schedule", `@at ${new Date(Date.now() + 600_000).toISOString()}`);
  marks.set("Nats-Schedule-Target", place("run"));
  await connection.request(place("later"), JSON.stringify({ rows: 1 }), {
    headers: marks,
    timeout: 5000,
  });
  goesOn.resolve();
  assertEquals(await ref.wait({ timeoutMs: 60_000 }).orThrow(), { url: "approved" });
  const left = async () => await (await streams()).count(jobStream("reports"));
  await until(async () => await left() === 0, "nothing is left");
});

Deno.test("an operation whose message was deleted has expired at its deadline, and one that is in the queue has not", async () => {
  await using _service = await connect(await server(), reports, reportHandlers());
  await using client = await call();
  const { connection } = await streams();
  const bucket = await new Kvm(connection).open(recordsBucket("reports"));
  const lose = async (id: string, state: string, agoMs: number) => {
    const at = new Date(Date.now() - agoMs).toISOString();
    const record = { id, operation: "Report.Export", owner: "anonymous:anonymous", attempt: 2 };
    const whole = { ...record, state, claim: "1.1.0.x", createdAt: at, updatedAt: at };
    await bucket.put(recordKey("operation", "Report_Export", id), JSON.stringify(whole));
    return client.operation.report.export.resume(id);
  };
  const hourMs = 3_600_000;
  const ref = await lose("o-lost", "waiting", 2 * hourMs);
  const [watched] = await Array.fromAsync(await ref.watch().orThrow());
  assertEquals([watched?.state, watched?.attempt], ["failed", 2]);
  const reasonOf = async (id: string) => {
    const ended = await client.operation.report.export.resume(id).wait({ timeoutMs: 10_000 });
    const error = ended.isErr() ? ended.error : undefined;
    return error?.name === "OperationError" ? error.reason : undefined;
  };
  assertEquals(await reasonOf("o-lost"), "expired");
  await lose("o-told", "cancelling", 2 * hourMs);
  assertEquals(await reasonOf("o-told"), "cancelled");
  // A worker ends what it works on by itself.
  assertEquals((await (await lose("o-young", "running", hourMs)).get().orThrow()).state, "running");
  // Its time is up, and a worker is to say so.
  const marks = headers();
  marks.set("Nats-Schedule", `@at ${new Date(Date.now() + hourMs).toISOString()}`);
  const place = (state: string) => `jobs.reports.operation.Report_Export.${state}.0.0.o-there`;
  marks.set("Nats-Schedule-Target", place("run"));
  await connection.request(place("later"), "{}", { headers: marks, timeout: 5000 });
  const there = await lose("o-there", "waiting", 2 * hourMs);
  assertEquals((await there.get().orThrow()).state, "waiting");
});

Deno.test("what is too large for the record of an operation is given up or left out", async () => {
  const large = "x".repeat(2_000_000);
  const progress = { done: 1, large };
  await using _service = await connect(
    await server(),
    reports,
    reportHandlers(({ input, op }) => {
      op.progress(progress);
      return ok({ url: input.rows === 0 ? "small" : large });
    }),
  );
  await using client = await call();
  const start = async (rows: number) =>
    await client.operation.report.export.start({ rows }).orThrow();
  assertEquals(await (await start(0)).wait().orThrow(), { url: "small" });
  const ended = (await (await start(1)).wait()).take();
  assert(isErr(ended) && ended.error.name === "OperationError" && ended.error.reason === "dead");
});
