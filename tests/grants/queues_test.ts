import { assert, assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract, err, GiveUp, ok } from "../../mod.ts";
import type { Log } from "../../runtime/log.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { until } from "../support/until.ts";

const Mail = Type.Object({ to: Type.String() });
const Sent = Type.Object({ id: Type.String() });

const post = defineServiceContract({ schemas: { Mail, Sent } }, (ref) => {
  const payload = ref.schema("Mail");
  return {
    id: "post@v1",
    displayName: "Post",
    description: "Sends letters.",
    operations: {
      "Letter.Send": {
        version: "v1",
        input: payload,
        output: ref.schema("Sent"),
        signals: { sign: { input: ref.schema("Mail") } },
        cancel: true,
      },
    },
    jobs: {
      plain: { payload, backoffMs: [20], maxDeliver: 2 },
      kept: { payload, result: ref.schema("Sent"), progress: true, logs: true, unique: "/to" },
      keyed: { payload, keyConcurrency: { key: "/to", ordering: "strict" }, priorities: 2 },
      rated: { payload, rate: { limit: 1, perMs: 1000, key: "/to" } },
      clock: {
        payload,
        schedules: { often: { cron: "* * * * * *", payload: { to: "clock" } } },
      },
    },
  };
});

const desk = defineServiceContract({ schemas: { Mail } }, () => ({
  id: "desk@v1",
  displayName: "Desk",
  description: "Has letters sent.",
  uses: { required: { post: post.use({ operations: { call: ["Letter.Send"] } }) } },
}));

Deno.test("on a secured server queues and operations may do all that they do: queue, try again, park, give up, cancel, count, signal", async () => {
  await using trellis = await SecuredTrellis.start();
  const told: string[] = [];
  const note = (text: unknown, ...more: readonly unknown[]) =>
    void told.push([text, ...more.map((one) => JSON.stringify(one))].join(" "));
  const log: Log = { info() {}, warn: note, error: note };
  const service = await trellis.deploy(post, { log });
  const seen: string[] = [];
  const jobs = service.client.jobs;
  const waits = await jobs.plain.create({ to: "later" }, { delayMs: 60_000 }).orThrow();
  assertEquals((await waits.get().orThrow()).state, "scheduled");
  assertEquals(await waits.cancel().orThrow(), "cancelled");
  const queued = await jobs.kept.create({ to: "gone" }).orThrow();
  assertEquals(await queued.cancel("wrong").orThrow(), "cancelled");
  await service.serve(defineHandlers(post, {
    operations: {
      "Letter.Send": async ({ op }) => {
        const { to } = await op.signal("sign").orThrow();
        return ok({ id: await op.step("send", () => to) });
      },
    },
    jobs: {
      plain: ({ payload: { to }, job }) => {
        seen.push(`plain ${to} ${job.attempt}`);
        return to === "good" ? ok() : err(new GiveUp({ reason: "no" }));
      },
      kept: async ({ payload: { to }, job }) => {
        job.progress({ current: 1, total: 1 });
        job.log("sent");
        return ok({ id: await job.step("send", () => to) });
      },
      keyed: ({ job }) => job.attempt === 1 ? err(new Error("not yet")) : ok(),
      rated: ({ payload: { to } }) => {
        seen.push(`rated ${to}`);
        return ok();
      },
      clock: () => {
        seen.push("clock");
        return ok();
      },
    },
  }));
  await jobs.plain.create({ to: "good" }).orThrow();
  await jobs.plain.create({ to: "bad" }).orThrow();
  const kept = await jobs.kept.create({ to: "ada" }).orThrow();
  assertEquals(await kept.wait({ timeoutMs: 60_000 }).orThrow(), { id: "ada" });
  assertEquals((await jobs.kept.list({ state: "done" }).orThrow()).length, 1);
  const keyed = await jobs.keyed.create({ to: "ada" }, { priority: 0 }).orThrow();
  await keyed.wait({ timeoutMs: 60_000 }).orThrow();
  for (const to of ["ada", "ada", "bob"]) await jobs.rated.create({ to }).orThrow();
  await until(() => seen.filter((one) => one.startsWith("rated")).length === 3, "all are begun");
  await until(() => seen.includes("clock"), "the clock creates jobs");
  assertEquals(seen.filter((one) => one.startsWith("plain")).toSorted(), [
    "plain bad 1",
    "plain good 1",
  ]);
  const other = await trellis.deploy(desk, { log });
  const { send } = other.client.operation.letter;
  const ref = await send.start({ to: "ada" }, { requestId: "one" }).orThrow();
  assertEquals((await send.start({ to: "ada" }, { requestId: "one" }).orThrow()).id, ref.id);
  const watched: string[] = [];
  const watching = (async () => {
    for await (const { state } of await ref.watch().orThrow()) watched.push(state);
  })();
  await ref.signal("sign", { to: "eve" }).orThrow();
  assertEquals(await ref.wait().orThrow(), { id: "eve" });
  await watching;
  assertEquals(watched.at(-1), "completed");
  const ended = await send.start({ to: "bob" }).orThrow();
  await ended.cancel("no").orThrow();
  await until(async () => (await ended.get().orThrow()).state === "cancelled", "it is cancelled");
  assertEquals(told.filter((text) => /permission|forbidden|denied/i.test(text)), []);
  assert(!told.some((text) => text.includes("Permissions Violation")));
  assertEquals(trellis.failures, []);
});
