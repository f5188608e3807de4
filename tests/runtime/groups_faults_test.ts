import { assert, assertEquals } from "@std/assert";
import { jetstream } from "@nats-io/jetstream";
import { fileURLToPath } from "node:url";
import { err, ok } from "../../mod.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { OwnNotes } from "../../runtime/work/delivery_notes.ts";
import { Worker } from "../../runtime/work/nats/worker.ts";
import { SILENT } from "../support/deployed.ts";
import { OrderChecker, type Said } from "../support/groups/order_checker.ts";
import { deployTally } from "../support/groups/tally.ts";
import { GroupStreams } from "../support/nats/group_streams.ts";
import { oldestServer } from "../support/oldest_server.ts";
import { shared } from "../support/shared.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const server = shared(() => TrellisServer.start());
const streams = shared(async () => await GroupStreams.open((await server()).url));
const programOf = (name: string) =>
  fileURLToPath(new URL(`../support/groups/${name}.ts`, import.meta.url));
const CRASHING = programOf("crashing_service");
const COUNTING = programOf("counting_process");

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("an event that ends the process each time is a dead letter, and the next one is handled", async () => {
  const { url } = await server();
  const { start } = await deployTally(await server(), await streams(), "crashing", "strict", {
    maxDeliver: 2,
    ackWaitMs: 300,
  });
  const publisher = await start(() => new Promise(() => {}));
  await publisher.stop();
  const seen: string[] = [];
  const publish = async (key: string) => {
    const { connection } = await streams();
    const body = JSON.stringify({ key, n: 1 });
    await jetstream(connection).publish(`events.v1.Thing.Counted.${key}`, body);
  };
  await publish("bomb");
  await publish("after");
  for (let run = 0; run < 2; run++) {
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", CRASHING, url, "crashing"],
      stdout: "null",
      stderr: "null",
    }).output();
    assertEquals(code, 7);
  }
  await using _service = await start(({ event }) => {
    seen.push(event.key);
    return ok();
  });
  await until(() => seen.length > 0, "the next one is handled");
  assertEquals(seen, ["after"]);
  const letters = await (await streams()).deadLetters("crashing");
  assertEquals(letters.map(({ reason, body }) => [reason, JSON.parse(body).key]), [
    ["crashed", "bomb"],
  ]);
});

Deno.test("order holds for each key over a restart of two processes under load, one of which is killed", async () => {
  const { url } = await server();
  const { connection } = await streams();
  await deployTally(await server(), await streams(), "rolling", "key", {
    ackWaitMs: 5000,
    backoffMs: [10],
    concurrency: 8,
  });
  const order = new OrderChecker();
  connection.subscribe("said.rolling", {
    callback: (_, message) => order.add(message.json<Said>()),
  });
  const run = (name: string) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", COUNTING, url, "rolling", name],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    return { name, child, works: () => until(() => order.hasWorked(name), `${name} works`) };
  };
  const keys = Array.from({ length: 12 }, (_, i) => `k${i}`);
  let rounds = 0;
  let isOver = false;
  const publishing = (async () => {
    for (; !isOver; rounds++) {
      for (const key of keys) {
        const body = JSON.stringify({ key, n: rounds });
        await jetstream(connection).publish(`events.v1.Thing.Counted.${key}`, body);
      }
      await pause(100);
      // Load, and no more of it than is worked off soon.
      while (order.left(keys, rounds + 1) > 3) await pause(20);
    }
  })();
  const [first, second] = [run("first"), run("second")];
  await Promise.all([first.works(), second.works()]);
  const third = run("third");
  await until(() => order.inWork("first") > 1, "the first has events in work");
  first.child.kill("SIGKILL");
  await first.child.status;
  order.died("first");
  await third.works();
  await second.child.stdin.close();
  assertEquals((await second.child.status).code, 0);
  isOver = true;
  await publishing;
  await until(() => order.left(keys, rounds) === 0, "all are handled");
  await third.child.stdin.close();
  await third.child.status;
  assertEquals(order.faults, []);
  // Handled, but killed before it could say so: no more than it had in work.
  assert(order.again <= 8, `${order.again} were handled again`);
  assertEquals(await (await streams()).deadLetters("rolling"), []);
});

Deno.test("a broker that is killed loses nothing that it has acknowledged, and no count", async () => {
  await using own = await TrellisServer.start();
  await using ownStreams = await GroupStreams.open(own.url);
  const { start } = await deployTally(own, ownStreams, "killed", "none", {
    concurrency: 4,
    ackWaitMs: 1500,
    backoffMs: [1500],
    maxDeliver: 3,
  });
  const seen = new Map<number, number[]>();
  await using service = await start(async ({ event, context }) => {
    seen.set(event.n, [...seen.get(event.n) ?? [], context.attempt]);
    await pause(15);
    return event.n === 0 && context.attempt < 3 ? err(new Error("again")) : ok();
  });
  const { counted } = service.event.thing;
  for (let n = 0; n < 40; n++) await counted.publish({ key: "a", n }).orThrow();
  await until(() => seen.size > 8, "some are handled");
  await own.kill();
  await own.startAgain();
  await until(() => seen.size === 40, "all are handled");
  await until(() => seen.get(0)!.includes(3), "the one that fails is tried thrice");
  // In work when the broker was killed, some are handled once more; no try of the failing one was forgotten.
  assertEquals([...new Set(seen.get(0))], [1, 2, 3]);
  assertEquals(await ownStreams.deadLetters("killed"), []);
});

Deno.test("each message comes once while the connection is replaced again and again", async () => {
  const { binding } = await deployTally(await server(), await streams(), "renewed", "none", {
    concurrency: 8,
    ackWaitMs: 30_000,
  });
  const messaging = await (await server()).connect("renewed");
  const seen: string[] = [];
  const worker = new Worker({
    deployment: "renewed",
    kind: "group",
    name: "counter",
    requests: JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session)),
    sources: [{ stream: binding.stream, consumer: binding.consumers[0]!, limit: 8 }],
    settings: binding,
    onDead: "continue",
    handlerMs: 10_000,
    dead: "trellis_dead_renewed",
    notes: new OwnNotes(),
    now: () => Promise.resolve(Date.now()),
    log: SILENT,
    read: ({ stream, sequence, subject }) => ({
      id: `${sequence}`,
      origin: `${stream} ${sequence} ${subject}`,
    }),
    run: async ({ delivery }) => {
      seen.push(delivery.subject);
      // What is handled at once would be handled again if it came again.
      if (delivery.sequence % 2 === 0) await pause(2);
      return { kind: "done" };
    },
  });
  worker.start();
  const { connection } = await streams();
  const total = 300;
  const publishing = (async () => {
    for (let n = 0; n < total; n++) {
      await jetstream(connection).publish(`events.v1.Thing.Counted.${n}`);
    }
  })();
  let renewals = 0;
  while (seen.length < total / 2) if (await messaging.renew()) renewals++;
  await publishing;
  await until(() => seen.length >= total, "all have come");
  await worker.stop(1000);
  assert(renewals > 0);
  assertEquals(new Set(seen).size, total);
  assertEquals(seen.length, total);
});

const oldest = await oldestServer();

Deno.test({
  name: "on a server that keeps no schedules retries wait in their place",
  ignore: oldest === undefined,
  fn: async () => {
    await using old = await TrellisServer.start({ binary: oldest! });
    await using oldStreams = await GroupStreams.open(old.url);
    const { start } = await deployTally(old, oldStreams, "old", "none", {
      concurrency: 2,
      maxDeliver: 2,
    });
    const seen: string[] = [];
    await using service = await start(({ event, context }) => {
      seen.push(`${event.key} ${context.attempt}`);
      return event.key === "bad" ? err(new Error("no")) : ok();
    });
    for (const key of ["bad", "good"]) {
      await service.event.thing.counted.publish({ key, n: 1 }).orThrow();
    }
    await until(async () => (await oldStreams.deadLetters("old")).length === 1, "it is given up");
    assertEquals(seen.toSorted(), ["bad 1", "bad 2", "good 1"]);
  },
});
