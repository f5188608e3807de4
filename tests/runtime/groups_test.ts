import { assert, assertEquals } from "@std/assert";
import { jetstream } from "@nats-io/jetstream";
import { LiveHub } from "../../cli/live/nats/live_hub.ts";
import { err, type EventContext, GiveUp, ok, RetryLater } from "../../mod.ts";
import { deployTally } from "../support/groups/tally.ts";
import { MessageProxy } from "../support/message_proxy.ts";
import { GroupStreams } from "../support/nats/group_streams.ts";
import { shared } from "../support/shared.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const server = shared(() => TrellisServer.start());
const streams = shared(async () => await GroupStreams.open((await server()).url));

/** A deployment of its own for each test. */
const deploy = async (...[name, ordering, settings]: Settings) =>
  await deployTally(await server(), await streams(), name, ordering, settings);
type Settings = Parameters<typeof deployTally> extends [unknown, unknown, ...infer Rest] ? Rest
  : never;

Deno.test("what a handler answers decides what becomes of an event", async () => {
  const { start } = await deploy("answers", "none", { concurrency: 4, maxDeliver: 3 });
  const seen: Record<string, number[]> = {};
  const contexts: EventContext[] = [];
  await using service = await start(({ event, context }) => {
    const { attempt } = context;
    (seen[event.key] ??= []).push(attempt);
    contexts.push(context);
    const { length } = seen[event.key]!;
    if (event.key === "late") return length < 5 ? err(new RetryLater({ afterMs: 20 })) : ok();
    if (event.key === "never") return err(new GiveUp({ reason: "no such thing" }));
    if (event.key === "bug") throw new TypeError("undefined is not\na function");
    return event.key === "second" && length < 2 ? err(new Error("not yet")) : ok();
  });
  const { counted } = service.event.thing;
  const published = await counted.publish({ key: "ä.b", n: 1 }, { traceparent: "t-1" }).orThrow();
  for (const key of ["late", "never", "bug", "second"]) {
    await counted.publish({ key, n: 1 }).orThrow();
  }
  await jetstream((await streams()).connection).publish("events.v1.Thing.Counted.odd", `{"n":"x"}`);
  const letters = async () => await (await streams()).deadLetters("answers");
  await until(async () => (await letters()).length === 3, "three dead letters");
  await until(() => seen["late"]?.length === 5 && seen["second"]?.length === 2, "all are tried");
  assertEquals(seen, {
    "ä.b": [1],
    late: [1, 1, 1, 1, 1],
    never: [1],
    bug: [1, 2, 3],
    second: [1, 2],
  });
  const { id, time, name, group, key, sequence, redelivered, traceparent } = contexts[0]!;
  assertEquals({ id, time, sequence }, published);
  assertEquals([name, group, key, redelivered, traceparent], [
    "Thing.Counted",
    "counter",
    "ä.b",
    false,
    "t-1",
  ]);
  assertEquals(
    (await letters()).map(({ reason, tries, error }) => [reason, tries, error]).sort(),
    [
      ["failed", 3, "TypeError: undefined is not a function"],
      ["gave_up", 1, "no such thing"],
      // It was never handed to the handler.
      ["invalid", 1, "/key is required"],
    ],
  );
  const odd = (await letters()).find(({ reason }) => reason === "invalid");
  assertEquals(odd?.body, `{"n":"x"}`);
  assert(odd?.origin.endsWith("events.v1.Thing.Counted.odd"));
});

Deno.test("a step is done once, and its result is answered in the next try", async () => {
  const { start } = await deploy("steps", "strict", { backoffMs: [10] });
  const steps: string[] = [];
  const results: number[] = [];
  await using service = await start(async ({ event, context }) => {
    const sent = await context.once("send", ({ id }) => steps.push(id) * 10 + event.n);
    results.push(sent, await context.once("nothing", () => undefined) ?? -1);
    return context.attempt < 3 ? err(new Error("after the effect")) : ok();
  });
  const { id } = await service.event.thing.counted.publish({ key: "a", n: 1 }).orThrow();
  await until(() => results.length === 6, "three tries");
  assertEquals(results, [11, -1, 11, -1, 11, -1]);
  assertEquals(steps, [`counter.${id}.step.send`]);
});

Deno.test("a slow handler keeps its event, one that never ends is tried again, and its place is free", async () => {
  const { start } = await deploy("slow", "strict", {
    ackWaitMs: 300,
    maxDeliver: 2,
    backoffMs: [10],
  });
  const seen: string[] = [];
  const aborted: unknown[] = [];
  await using service = await start(async ({ event, context }) => {
    seen.push(`${event.key} ${context.attempt}`);
    if (event.key === "slow") await new Promise((resolve) => setTimeout(resolve, 800));
    if (event.key !== "stuck") return ok();
    context.signal.addEventListener("abort", () => aborted.push(context.signal.reason));
    return await new Promise(() => {});
  }, { eventTimeoutMs: 1200 });
  for (const key of ["slow", "stuck", "last"]) {
    await service.event.thing.counted.publish({ key, n: 1 }).orThrow();
  }
  await until(() => seen.includes("last 1"), "the last one is handled");
  assertEquals(seen, ["slow 1", "stuck 1", "stuck 2", "last 1"]);
  assertEquals(aborted.length, 2);
  await until(async () => {
    const { checks } = await service.health();
    return checks.some(({ message = "" }) => message.includes("counter (2, since "));
  }, "health tells of both that run on");
  const [letter] = await (await streams()).deadLetters("slow");
  assertEquals([letter?.reason, letter?.error], [
    "failed",
    "the handler did not end within 1200 ms",
  ]);
});

Deno.test("a lost acknowledgement is sent again, and the handler runs once", async () => {
  const { start, binding } = await deploy("lost", "none", {
    concurrency: 4,
    // Longer than is waited for: what comes again would be acknowledged then, too.
    ackWaitMs: 60_000,
  });
  await using proxy = new MessageProxy((await server()).url);
  let lost = 0;
  proxy.fromClient = ({ subject, payload }) =>
    subject.startsWith("$JS.ACK.") && payload === "+ACK" && lost++ < 2 ? undefined : payload;
  const seen: number[] = [];
  await using service = await start(({ event }) => {
    seen.push(event.n);
    return ok();
  }, { url: proxy.url });
  for (let n = 0; n < 3; n++) await service.event.thing.counted.publish({ key: "a", n }).orThrow();
  const settled = async () =>
    (await (await streams()).pending(binding.stream, binding.consumers[0]!)).inWork === 0;
  await until(async () => seen.length >= 3 && await settled(), "all are acknowledged");
  assertEquals(seen.toSorted(), [0, 1, 2]);
  assert(lost >= 4, "lost ones were sent again");
});

// With room for one, it is delivered again while its note is written; with room for more, while its handler runs.
for (const concurrency of [1, 2]) {
  Deno.test(`what is delivered again while it is in work costs no try, with room for ${concurrency}`, async () => {
    const name = `again${concurrency}`;
    const { start, binding } = await deploy(name, "strict", {
      concurrency,
      ackWaitMs: 200,
      maxDeliver: 2,
      backoffMs: [10],
    });
    await using proxy = new MessageProxy((await server()).url);
    // As where this machine has stood still.
    proxy.fromClient = ({ payload }) => payload === "+WPI" ? undefined : payload;
    const { connection, manager, deadLetters } = await streams().then((found) => ({
      connection: found.connection,
      manager: found.manager,
      deadLetters: () => found.deadLetters(name),
    }));
    const delivered = async () =>
      (await manager.consumers.info(binding.stream, binding.consumers[0]!)).delivered.consumer_seq;
    const attempts: number[] = [];
    await using _service = await start(async ({ context }) => {
      const before = await delivered();
      await new Promise((resolve) => setTimeout(resolve, 400));
      if (concurrency > 1) await until(async () => await delivered() > before, "it comes again");
      attempts.push(context.attempt);
      return err(new Error("no"));
    }, { url: proxy.url });
    await jetstream(connection).publish("events.v1.Thing.Counted.a", '{"key":"a","n":1}');
    await until(async () => (await deadLetters()).length === 1, "it is given up");
    assertEquals(attempts, [1, 2]);
    assertEquals((await deadLetters()).map(({ reason }) => reason), ["failed"]);
  });
}

Deno.test("what is held stops its lane until somebody decides about its dead letter", async () => {
  const { start } = await deploy("holding", "strict", {
    onDead: "hold",
    ackWaitMs: 200,
    maxDeliver: 1,
  });
  const seen: string[] = [];
  await using service = await start(({ event }) => {
    seen.push(event.key);
    return event.key === "poison" ? err(new Error("no")) : ok();
  });
  for (const key of ["poison", "after"]) {
    await service.event.thing.counted.publish({ key, n: 1 }).orThrow();
  }
  const { deadLetters, manager } = await streams().then((found) => ({
    manager: found.manager,
    deadLetters: () => found.deadLetters("holding"),
  }));
  await until(async () => (await deadLetters()).length === 1, "there is a dead letter");
  // It was delivered again and again meanwhile.
  const consumer = "group__holding__counter";
  const { delivered: before } = await manager.consumers.info("trellis_events", consumer);
  await until(async () => {
    const { delivered } = await manager.consumers.info("trellis_events", consumer);
    return delivered.consumer_seq > before.consumer_seq + 1;
  }, "it is looked at twice more");
  assertEquals(seen, ["poison"]);
  const [letter] = await deadLetters();
  await manager.streams.deleteMessage("trellis_dead_holding", letter!.seq);
  await until(() => seen.length === 2, "the lane goes on");
  assertEquals(seen, ["poison", "after"]);
  assertEquals(await deadLetters(), []);
});

Deno.test("stopping gives back what is not finished, which costs no try", async () => {
  const { start } = await deploy("draining", "strict", { maxDeliver: 1 });
  const aborted = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const first = await start(({ context }) => {
    context.signal.addEventListener("abort", () => aborted.resolve());
    started.resolve();
    return new Promise(() => {});
  });
  await first.event.thing.counted.publish({ key: "a", n: 1 }).orThrow();
  await started.promise;
  await first.stop({ deadlineMs: 10 });
  await aborted.promise;
  const again = Promise.withResolvers<EventContext>();
  await using _second = await start(({ context }) => {
    again.resolve(context);
    return ok();
  });
  const { attempt, redelivered } = await again.promise;
  assertEquals([attempt, redelivered], [1, true]);
  assertEquals(await (await streams()).deadLetters("draining"), []);
});

Deno.test("a clock that is an hour ahead delays no retry", async () => {
  const { start } = await deploy("clock", "none", { concurrency: 2, backoffMs: [20] });
  const tries: number[] = [];
  await using service = await start(({ context }) => {
    tries.push(context.attempt);
    return context.attempt === 1 ? err(new Error("again")) : ok();
  });
  const { now } = Date;
  const ahead = () => now() + 3_600_000;
  Date.now = ahead;
  try {
    await service.event.thing.counted.publish({ key: "a", n: 1 }).orThrow();
    await until(() => tries.length === 2, "it is tried again");
  } finally {
    Date.now = now;
  }
});

Deno.test("a consumer that is made again is found again", async () => {
  const { start, binding } = await deploy("remade", "strict");
  const seen: number[] = [];
  await using service = await start(({ event }) => {
    seen.push(event.n);
    return ok();
  });
  const { manager } = await streams();
  await service.event.thing.counted.publish({ key: "a", n: 1 }).orThrow();
  await until(() => seen.length === 1, "the first");
  const { config } = await manager.consumers.info(binding.stream, binding.consumers[0]!);
  await manager.consumers.delete(binding.stream, binding.consumers[0]!);
  await manager.consumers.add(binding.stream, config);
  await service.event.thing.counted.publish({ key: "a", n: 2 }).orThrow();
  await until(() => seen.length === 2, "the second");
});

Deno.test("an event that is handled is a part of its trace while somebody watches", async () => {
  const { start } = await deploy("watched", "strict");
  await using service = await start(() => ok());
  const admin = await (await server()).connect("watcher");
  const hub = new LiveHub({ perSecond: 100 });
  const watching = new AbortController();
  hub.look({ messaging: admin, signal: watching.signal, tell: () => {} });
  const traceparent = `00-${"ab".repeat(16)}-${"cd".repeat(8)}-01`;
  const handled = () =>
    hub.after(0, { kind: "request" }, 100).flatMap((item) => item.kind === "request" ? item : []);
  let id = "";
  await until(async () => {
    const { counted } = service.event.thing;
    ({ id } = await counted.publish({ key: "a", n: 1 }, { traceparent }).orThrow());
    return handled().length > 0;
  }, "one is reported");
  await until(() => handled().some(({ request }) => request === id), "the last one is, too");
  const { rpc, group, caller, trace, parent, code, deployment } = handled().at(-1)!;
  assertEquals({ rpc, group, caller, trace, parent, code, deployment }, {
    rpc: "Thing.Counted",
    group: "counter",
    caller: "group counter",
    trace: "ab".repeat(16),
    parent: "cd".repeat(8),
    code: "ok",
    deployment: "watched",
  });
  watching.abort();
});

Deno.test("ten thousand events wait at the start, and each is handled once", async () => {
  const { start } = await deploy("crowd", "none", { concurrency: 64, ackWaitMs: 30_000 });
  const { connection } = await streams();
  const js = jetstream(connection);
  const total = 10_000;
  for (let n = 0; n < total; n += 1000) {
    await Promise.all(Array.from({ length: 1000 }, (_, i) => {
      const body = JSON.stringify({ key: "a", n: n + i });
      return js.publish("events.v1.Thing.Counted.a", body);
    }));
  }
  const seen = new Set<number>();
  let runs = 0;
  let inWork = 0;
  let most = 0;
  await using _service = await start(async ({ event }) => {
    most = Math.max(most, ++inWork);
    await Promise.resolve();
    inWork--;
    seen.add(event.n);
    runs++;
    return ok();
  });
  await until(() => seen.size === total, "all are handled");
  assertEquals(runs, total);
  assert(most <= 64, `${most} at once`);
});
