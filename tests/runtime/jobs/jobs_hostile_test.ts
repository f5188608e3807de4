/** What somebody else has put into the stream of a service's queues, and into its records. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Kvm } from "@nats-io/kv";
import { headers } from "@nats-io/nats-core";
import { err, isErr, ok } from "../../../mod.ts";
import { jobStream, recordKey, recordsBucket } from "../../../contracts/stored/job_names.ts";
import { deadStream } from "../../../contracts/stored/work_names.ts";
import { deployMailer, type MailHandlers } from "../../support/jobs/mailer.ts";
import { QueueStreams } from "../../support/nats/queue_streams.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

const server = shared(() => TrellisServer.start());
const streams = shared(async () => await QueueStreams.open((await server()).url));
const deploy = async (deployment: string, settings = {}) =>
  await deployMailer(await server(), await streams(), deployment, settings);

/** Handlers of a queue with and of one without records, and whom they were given. */
function both(): { handlers: MailHandlers; seen: string[] } {
  const seen: string[] = [];
  const handlers: MailHandlers = {
    plain: async ({ job }) => {
      seen.push(`plain ${job.id}`);
      await job.step("once", () => job.id);
      return ok();
    },
    kept: async ({ job }) => {
      seen.push(`kept ${job.id}`);
      await job.step("once", () => job.id);
      return ok({ id: job.id });
    },
  };
  return { handlers, seen };
}

Deno.test("a message that no job has made is done or a dead letter, and holds up nobody", async () => {
  const { start } = await deploy("hostile", { maxDeliver: 2, ackWaitMs: 500, backoffMs: [10] });
  const { connection } = await streams();
  const good = JSON.stringify({ to: "a" });
  const ids = ["a b", "x.y", "*", ">", "..", ".", "a/b", "é✓", "i".repeat(300), "\t", "-", "$KV.x"];
  const marks: Record<string, string>[] = [
    {},
    ...ids.map((id) => ({ "Trellis-Job-Id": id })),
    { "Trellis-Job-Time": "yesterday" },
    { "Trellis-Deadline": "never" },
    { "Trellis-Deadline": "1970-01-01T00:00:00.000Z" },
    ...["1e9", "-3", "many", "9007199254740991"].map((n) => ({ "Trellis-Attempt": n })),
    ...["v0", "x", ""].map((version) => ({ "Trellis-Payload": version })),
    { "Trellis-Origin": "x" },
    { "Trellis-Cause": "rpc:", "traceparent": "00-0-0-0" },
  ];
  const bodies = ["", "{", "null", "[]", `"${"x".repeat(900_000)}"`, "[".repeat(20_000), "\xff"];
  const slots = ["$x", "a=b", "é", "--", "s".repeat(400)];
  let sent = 0;
  const put = (queue: string, body: string, mark: Record<string, string>, slot = `s${sent}`) => {
    const block = headers();
    for (const [name, value] of Object.entries(mark)) block.set(name, value);
    const lane = sent % 2 === 0 ? "0" : "x";
    connection.publish(`jobs.hostile.job.${queue}.run.0.${lane}.${slot}`, body, { headers: block });
    sent++;
  };
  for (const queue of ["plain", "kept"]) {
    for (const mark of marks) put(queue, good, mark);
    for (const body of bodies) put(queue, body, {});
    for (const slot of slots) put(queue, good, {}, slot);
  }
  // It waits for the queue of others.
  put("plain", JSON.stringify({ address: "a" }), {
    "Nats-Schedule": "@at 1970-01-01T00:00:00Z",
    "Nats-Schedule-Target": "jobs.hostile.job.kept.run.0.0.stray",
  }, "stray");
  await until(
    async () => await (await streams()).count(jobStream("hostile")) >= sent - 1,
    "all are stored",
  );
  const { handlers, seen } = both();
  await using service = await start(handlers);
  const behind = await service.jobs.kept.create({ to: "behind" }).orThrow();
  assertEquals(await behind.wait({ timeoutMs: 60_000 }).orThrow(), { id: behind.id });
  await until(
    async () => await (await streams()).count(jobStream("hostile")) === 0,
    "nothing is left",
  ).catch(() => {});
  const left: string[] = [];
  for (const queue of ["plain", "kept"] as const) {
    for (const job of await service.jobs[queue].list().orThrow()) {
      if (job.state === "queued" || job.state === "scheduled") left.push(`${queue} ${job.id}`);
    }
  }
  assertEquals(left, []);
  const done = seen.filter((line) => line.startsWith("plain"));
  // Those with good bodies, but for what is over, of no version, or has no try left.
  assertEquals(done.length, marks.length + slots.length - 6);
  assertEquals(new Set(done).size, done.length);
});

Deno.test("what is no record is written over by the worker of its job, and read as none", async () => {
  const { start } = await deploy("garbage");
  const bucket = await new Kvm((await streams()).connection).open(recordsBucket("garbage"));
  const garbage = [
    "",
    "{",
    "null",
    "7",
    "[]",
    '{"state":"asleep"}',
    '{"state":"running","claim":7}',
    '{"state":"running","claim":"x.y"}',
    '{"state":"scheduled","logs":5,"attempt":"x"}',
    '{"state":"done"}',
  ];
  const { handlers } = both();
  await using creator = await start({});
  for (const [n, text] of garbage.entries()) {
    await bucket.put(recordKey("job", "kept", `g${n}`), text);
    await creator.jobs.kept.create({ to: "a" }, { id: `g${n}` }).orThrow();
  }
  const listed = await creator.jobs.kept.list({ state: "queued" }).orThrow();
  assertEquals(listed.length, garbage.length);
  await using service = await start(handlers);
  for (const n of garbage.keys()) {
    await until(
      async () => (await service.jobs.kept.get(`g${n}`).orThrow()).state === "done",
      `${garbage[n]} is written over`,
    );
  }
  assertEquals(await (await streams()).count(deadStream("garbage")), 0);
});

Deno.test("whatever a handler throws or answers is a try that has failed", async () => {
  const { start } = await deploy("thrown", { maxDeliver: 1, ackWaitMs: 20_000 });
  const nothing: unknown = Object.create(null);
  const strange: unknown[] = [undefined, null, "text", 7, {}, nothing, Symbol("x"), () => {}];
  await using service = await start({
    plain: ({ payload: { n = 0 } }) => {
      throw strange[n];
    },
    // Nobody's types allow it.
    kept: ({ payload: { n = 0 } }) => (n < strange.length ? strange[n] : err(nothing)) as never,
  });
  for (let n = 0; n <= strange.length; n++) {
    if (n < strange.length) await service.jobs.plain.create({ to: "a", n }).orThrow();
    await service.jobs.kept.create({ to: "a", n }).orThrow();
  }
  const dead = async () => await (await streams()).count(deadStream("thrown"));
  await until(async () => await dead() === 2 * strange.length + 1, "all are dead letters");
});

Deno.test("what is too large for a record is given up or left out, and nobody waits for it for ever", async () => {
  const { start } = await deploy("large", { maxDeliver: 2, backoffMs: [10] });
  const large = "x".repeat(2_000_000);
  await using service = await start({
    kept: ({ payload: { to }, job }) => {
      if (to === "progress") job.progress({ large });
      if (to === "error") return err(new Error(large));
      return ok({ id: to === "result" ? large : to });
    },
  });
  const { kept } = service.jobs;
  const ended = async (to: string) => {
    const job = await kept.create({ to }).orThrow();
    const result = (await job.wait({ timeoutMs: 60_000 })).take();
    const { progress, error } = await job.get().orThrow();
    assertEquals(progress, undefined);
    return isErr(result) ? error : result;
  };
  assertEquals(await ended("progress"), { id: "progress" });
  assertEquals(await ended("error"), `Error: ${large}`.slice(0, 1024));
  assertStringIncludes(String(await ended("result")), "its result is too large: ");
});
