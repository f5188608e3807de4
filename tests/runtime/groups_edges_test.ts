import { assert, assertEquals, assertMatch } from "@std/assert";
import { AckPolicy, jetstream } from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/transport-deno";
import { err, type EventContext, GiveUp, ok, RetryLater } from "../../mod.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import {
  type DeliveryNote,
  type NotedDelivery,
  OwnNotes,
} from "../../runtime/work/delivery_notes.ts";
import { groupParking } from "../../runtime/work/work_messages.ts";
import { Worker } from "../../runtime/work/nats/worker.ts";
import type { WorkerOptions } from "../../runtime/work/nats/worker_options.ts";
import { SILENT } from "../support/deployed.ts";
import { deployTally, tally } from "../support/groups/tally.ts";
import { GroupStreams } from "../support/nats/group_streams.ts";
import { shared } from "../support/shared.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const server = shared(() => TrellisServer.start());
const streams = shared(async () => await GroupStreams.open((await server()).url));

const publishEvent = async (name: string, body: string, named: Record<string, string> = {}) => {
  const sent = headers();
  for (const [header, value] of Object.entries(named)) sent.set(header, value);
  const { connection } = await streams();
  return await jetstream(connection).publish(`events.v1.${name}`, body, { headers: sent });
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const count = (key: string) => JSON.stringify({ key, n: 1 });

Deno.test("who publishes an event chooses neither its attempt nor the event that it is taken for", async () => {
  const { start } = await deployTally(await server(), await streams(), "forged", "strict");
  const seen: Pick<EventContext, "attempt" | "key">[] = [];
  await using _service = await start(({ context: { attempt, key } }) => {
    seen.push({ attempt, key });
    return ok();
  });
  await publishEvent("Thing.Counted.own", count("own"), {
    "Trellis-Attempt": "99",
    "Trellis-Origin": "trellis_events 1 events.v1.Thing.Counted.others",
  });
  await until(() => seen.length > 0, "it is handled");
  assertEquals(seen, [{ attempt: 1, key: "own" }]);
  assertEquals(await (await streams()).deadLetters("forged"), []);
});

Deno.test("what is taken out of a group stops none of its lanes, and what others will handle waits", async () => {
  const found = await streams();
  const { binding, start } = await deployTally(await server(), found, "narrowed", "strict");
  const consumer = binding.consumers[0]!;
  const [gone, known] = ["events.v1.Thing.Gone.*", "events.v1.Thing.Counted.*"];
  await found.manager.consumers.update(binding.stream, consumer, {
    filter_subjects: [gone, known],
  });
  const bind = (filters: readonly string[]) =>
    found.bind(tally, "narrowed", { counter: { ...binding, filters } });
  await bind([gone, known]);
  const seen: string[] = [];
  await using _service = await start(({ event }) => {
    seen.push(event.key);
    return ok();
  });
  await publishEvent("Thing.Gone.a", "{}");
  await publishEvent("Thing.Counted.b", count("b"));
  const tries = async () =>
    (await found.manager.consumers.info(binding.stream, consumer)).delivered;
  await until(async () => (await tries()).consumer_seq >= 2, "it waits for who knows it");
  assertEquals(seen, []);
  await bind([known]);
  await until(() => seen.length > 0, "the next one is handled");
  assertEquals(seen, ["b"]);
});

Deno.test("an event that fills a message is a dead letter without its body, and stops nothing", async () => {
  const { start } = await deployTally(await server(), await streams(), "huge", "strict", {
    maxDeliver: 1,
  });
  const seen: string[] = [];
  await using _service = await start(({ event }) => {
    seen.push(event.key.slice(0, 3));
    return event.key === "b" ? ok() : err(new Error("x\r\nNats-Rollup: all\r\n\r\nüÜ"));
  });
  const maximum = (await streams()).connection.info!.max_payload;
  await publishEvent("Thing.Counted.a", count("a".repeat(maximum - 100)));
  await publishEvent("Thing.Counted.b", count("b"));
  await until(() => seen.length === 2, "the next one is handled");
  const [letter] = await (await streams()).deadLetters("huge");
  assertEquals([letter?.reason, letter?.body], ["failed", ""]);
  assertMatch(letter!.error, /^its body of \d+ bytes does not fit here; Error: x Nats-Rollup: all/);
});

Deno.test("a dead letter that cannot be stored keeps its reason, and its handler is not asked again", async () => {
  const found = await streams();
  const { start } = await deployTally(await server(), found, "unstored", "strict");
  const dead = "trellis_dead_unstored";
  await found.manager.streams.update(dead, { max_msg_size: 1 });
  let runs = 0;
  await using _service = await start(() => {
    runs++;
    return err(new GiveUp({ reason: "never" }));
  });
  const { seq } = await publishEvent("Thing.Counted.a", count("a"));
  const notes = `$KV.trellis_steps_unstored.counter.note.>`;
  await until(async () => {
    const { state } = await found.manager.streams.info("KV_trellis_steps_unstored", {
      subjects_filter: notes,
    });
    return Object.keys(state.subjects ?? {}).length > 0;
  }, `event ${seq} is noted`);
  await found.manager.streams.update(dead, { max_msg_size: -1 });
  await until(async () => (await found.deadLetters("unstored")).length > 0, "it is kept");
  const [letter] = await found.deadLetters("unstored");
  assertEquals([runs, letter!.reason, letter!.error, letter!.tries], [1, "gave_up", "never", 1]);
});

Deno.test("a retry is never later than the streams keep what waits", async () => {
  const { start } = await deployTally(await server(), await streams(), "never", "none");
  await using service = await start(() => err(new RetryLater({ afterMs: 1e300 })));
  await service.event.thing.counted.publish({ key: "a", n: 1 }).orThrow();
  const found = await streams();
  await until(async () => {
    const { state } = await found.manager.streams.info("trellis_later_never");
    return state.messages === 1;
  }, "it waits");
  const parked = await found.manager.streams.getMessage("trellis_later_never", { seq: 1 });
  const at = Date.parse(parked!.header.get("Nats-Schedule").slice(4));
  assertEquals(Math.round((at - Date.now()) / 86_400_000), 7);
});

Deno.test("what its handler puts off for a week is a dead letter then, wherever it waits", async () => {
  const found = await streams();
  const { start } = await deployTally(await server(), found, "put_off", "none");
  const seen: number[] = [];
  await using service = await start(() => {
    seen.push(Date.now());
    return err(new RetryLater({ afterMs: seen.length === 1 ? 10 : 3_600_000, reason: "busy" }));
  });
  await service.event.thing.counted.publish({ key: "a", n: 1 }).orThrow();
  const parked = () =>
    found.manager.streams.getMessage("trellis_later_put_off", { last_by_subj: "later.>" })
      .catch(() => null);
  await until(async () => seen.length === 2 && await parked() !== null, "it is put off again");
  const { header, data } = (await parked())!;
  const since = Date.parse(header.get("Trellis-Put-Off-Since"));
  assert(since < seen[1]!, "it counts from the first time on");
  // As if it had come again like that for a week.
  const again = headers();
  for (const name of header.keys()) {
    if (!name.startsWith("Nats-")) again.set(name, header.get(name));
  }
  again.set("Trellis-Put-Off-Since", new Date(since - 7 * 86_400_000).toISOString());
  const subject = header.get("Nats-Schedule-Target");
  await jetstream(found.connection).publish(subject, data, { headers: again });
  await until(async () => (await found.deadLetters("put_off")).length === 1, "it is given up");

  await makeStream(found.connection, "put_off_place");
  let now = Date.now();
  const { worker } = await work("put_off_place", {
    deployment: "put_off",
    dead: "trellis_dead_put_off",
    putOffMs: 86_400_000,
    now: () => Promise.resolve(now),
    run: () => {
      now += 50_000_000;
      return { kind: "later", afterMs: 1, reason: "busy" };
    },
  });
  await until(async () => (await found.deadLetters("put_off")).length === 2, "it is given up, too");
  await worker.stop(1000);
  const letters = await found.deadLetters("put_off");
  const why = "it was put off for too long, the last time because: busy";
  assertEquals(letters.map(({ reason, error, tries }) => [reason, error, tries]), [
    ["expired", why, 1],
    ["expired", why, 1],
  ]);
});

/** A worker on a stream that a test makes. */
async function work(name: string, options: Pick<WorkerOptions, "run"> & Partial<WorkerOptions>) {
  const messaging = await (await server()).connect(name);
  const worker = new Worker({
    deployment: name,
    kind: "group",
    name: "counter",
    requests: JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session)),
    sources: [{ stream: name, consumer: "c", limit: 4 }],
    settings: { concurrency: 4, ackWaitMs: 300, maxDeliver: 5, backoffMs: [10] },
    onDead: "continue",
    handlerMs: 10_000,
    dead: "unused",
    notes: new OwnNotes(),
    now: () => Promise.resolve(Date.now()),
    log: SILENT,
    read: ({ sequence, subject }) => ({
      id: `${sequence}`,
      origin: `${name} ${sequence} ${subject}`,
    }),
    ...options,
  });
  worker.start();
  return { worker, messaging };
}

async function makeStream(connection: NatsConnection, name: string): Promise<void> {
  const { manager } = await streams();
  await manager.streams.add({ name, subjects: [`${name}.*`] });
  await manager.consumers.add(name, {
    durable_name: "c",
    ack_policy: AckPolicy.Explicit,
    ack_wait: 300_000_000,
    max_ack_pending: 4,
  });
  await jetstream(connection).publish(`${name}.first`);
}

Deno.test("the first message of a stream that was made again is not taken for that of the one before", async () => {
  const { connection, manager } = await streams();
  await makeStream(connection, "again");
  const seen: string[] = [];
  const held = Promise.withResolvers<void>();
  const { worker } = await work("again", {
    run: async ({ delivery: { subject } }) => {
      seen.push(subject);
      if (subject === "again.first") await held.promise;
      return { kind: "done" };
    },
  });
  await until(() => seen.length === 1, "the first is in work");
  await manager.streams.delete("again");
  await makeStream(connection, "again").catch(() => {});
  await jetstream(connection).publish("again.second");
  await until(() => seen.length >= 3, "those of the new stream come");
  held.resolve();
  await worker.stop(1000);
  assertEquals(seen.toSorted(), ["again.first", "again.first", "again.second"]);
});

Deno.test("what is delivered again while it is in work costs no try, although its process ends then", async () => {
  const { connection, manager } = await streams();
  await makeStream(connection, "slept");
  const notes = new OwnNotes();
  // The server waits for less than the worker thinks, as where the machine of the worker sleeps.
  const settings = { concurrency: 4, ackWaitMs: 30_000, maxDeliver: 2, backoffMs: [10] };
  const tries: number[] = [];
  const run: WorkerOptions["run"] = async ({ tries: attempt }) => {
    if (tries.push(attempt) === 1) await new Promise(() => {});
    return { kind: "done" };
  };
  const { messaging } = await work("slept", { notes, settings, run });
  const delivered = async () => (await manager.consumers.info("slept", "c")).delivered.consumer_seq;
  await until(async () => await delivered() > 2, "it comes again and again");
  const waitFor = async (ms: number) =>
    await manager.consumers.update("slept", "c", { ack_wait: ms * 1_000_000 });
  // The process has seen all that was delivered when it ends.
  await waitFor(60_000);
  await messaging.flush();
  await messaging.close();
  await waitFor(300);
  const { worker } = await work("slept", { notes, settings, run });
  await until(() => tries.length === 2, "the next process has it");
  await worker.stop(1000);
  assertEquals(tries, [1, 2]);
});

Deno.test("a worker that is gone holds up the lane of its event alone, which then goes on in its order", async () => {
  const { connection, manager } = await streams();
  await makeStream(connection, "laned");
  const consumers = ["lane_a", "lane_b"];
  for (const lane of consumers) {
    await manager.consumers.add("laned", {
      durable_name: lane,
      filter_subject: `laned.${lane}`,
      ack_policy: AckPolicy.Explicit,
      ack_wait: 1_000_000_000,
      max_ack_pending: 1,
    });
  }
  const publish = async (lane: string) =>
    (await jetstream(connection).publish(`laned.${lane}`)).seq;
  const options = {
    settings: { concurrency: 4, ackWaitMs: 1000, maxDeliver: 5, backoffMs: [10] },
    sources: consumers.map((consumer) => ({ stream: "laned", consumer, limit: 1 })),
  };
  const begun = Promise.withResolvers<void>();
  const { messaging } = await work("laned", {
    ...options,
    run: async () => {
      begun.resolve();
      await new Promise(() => {});
      return { kind: "done" };
    },
  });
  const first = await publish("lane_a");
  await begun.promise;
  await messaging.close();
  await until(async () => {
    const { num_waiting } = await manager.consumers.info("laned", "lane_b");
    return num_waiting === 0;
  }, "the server knows that nobody asks any more");
  const others: number[] = [];
  for (let n = 0; n < 10; n++) others.push(await publish("lane_b"));
  const second = await publish("lane_a");
  const seen = { lane_a: [] as number[], lane_b: [] as number[] };
  const isDone = Promise.withResolvers<void>();
  const { worker } = await work("laned", {
    ...options,
    run: async ({ delivery: { subject, sequence } }) => {
      if (subject === "laned.lane_b") {
        if (seen.lane_b.push(sequence) === others.length) isDone.resolve();
        return { kind: "done" };
      }
      // However soon it comes again, the other lane waits neither for the dead worker nor for this one.
      await isDone.promise;
      seen.lane_a.push(sequence);
      return { kind: "done" };
    },
  });
  await until(() => seen.lane_a.length === 2, "the lane goes on");
  await worker.stop(1000);
  assertEquals(seen, { lane_a: [first, second], lane_b: others });
});

/** Notes that take their time, and are not made when the process ends meanwhile. */
class SlowNotes extends OwnNotes {
  isAlive = true;

  override async read(delivery: NotedDelivery): Promise<DeliveryNote> {
    await pause(2);
    return await super.read(delivery);
  }

  override async write(delivery: NotedDelivery, note: DeliveryNote): Promise<void> {
    await pause(2);
    if (this.isAlive) await super.write(delivery, note);
  }
}

const parking = groupParking({ deployment: "x", kind: "group", name: "counter" }, "unused");

for (const [where, parts] of [["elsewhere", { parking }], ["in its place", {}]] as const) {
  Deno.test(`one that ends its process at once costs those beside it one try, where a retry waits ${where}`, async () => {
    const { connection } = await streams();
    const stream = "parking" in parts ? "poisoned" : "poisoned_place";
    await makeStream(connection, stream);
    for (const key of ["a", "b", "c"]) await jetstream(connection).publish(`${stream}.${key}`);
    const tries: Record<string, number[]> = {};
    const notes = new SlowNotes();
    for (let life = 0; life < 5; life++) {
      let isOver = false;
      let begun = 0;
      notes.isAlive = true;
      // A process that ends says nothing more: its connection is closed, and nothing of it is acknowledged.
      const { messaging } = await work(stream, {
        notes,
        ...parts,
        settings: { concurrency: 4, ackWaitMs: 300, maxDeliver: 4, backoffMs: [10] },
        run: async ({ delivery: { subject }, tries: attempt }) => {
          (tries[subject.slice(stream.length + 1)] ??= []).push(attempt);
          begun++;
          const isDeadly = subject === `${stream}.first`;
          if (isDeadly && life > 0) notes.isAlive = false;
          if (isDeadly ? life > 0 : begun === (life === 0 ? 4 : 3)) isOver = true;
          if (isDeadly || life === 0) await new Promise(() => {});
          return { kind: "done" };
        },
      });
      await until(() => isOver, `life ${life} is over`);
      await messaging.close();
    }
    assertEquals(tries, { first: [1, 2, 3, 4], a: [1, 2], b: [1, 2], c: [1, 2] });
  });
}

Deno.test("what has failed in its place is tried again beside others, and does not pass for what ended a process", async () => {
  const { connection } = await streams();
  await makeStream(connection, "beside");
  await jetstream(connection).publish("beside.second");
  const both = Promise.withResolvers<void>();
  let begun = 0;
  const { worker } = await work("beside", {
    run: async ({ tries }) => {
      if (tries === 1) return { kind: "failed", error: "again" };
      if (++begun === 2) both.resolve();
      await both.promise;
      return { kind: "done" };
    },
  });
  await until(() => begun === 2, "both are in work at once");
  await worker.stop(1000);
});
