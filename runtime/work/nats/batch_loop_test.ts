import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-deno";
import { assert, assertEquals } from "@std/assert";
import { KvTestServer } from "../../../tests/support/kv_server.ts";
import { until } from "../../../tests/support/until.ts";
import { consoleLog } from "../../log.ts";
import { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { NANOS_PER_MS } from "../../nats/jetstream/nanos.ts";
import type { Delivery } from "../delivery.ts";
import { BatchLoop, type BatchLoopOptions } from "./batch_loop.ts";

const ACK_WAIT_MS = 1000;

/** A stream, and a durable consumer that leaves every third message out. */
async function makeStream(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "S", subjects: ["s.>"] });
  await manager.consumers.add("S", {
    durable_name: "C",
    ack_policy: AckPolicy.All,
    deliver_policy: DeliverPolicy.All,
    max_ack_pending: 256,
    max_deliver: -1,
    ack_wait: ACK_WAIT_MS * NANOS_PER_MS,
    filter_subjects: ["s.0", "s.1"],
  });
}

async function publish(connection: NatsConnection, from: number, to: number): Promise<void> {
  const js = jetstream(connection);
  for (let i = from; i < to; i += 100) {
    const some = Array.from({ length: Math.min(100, to - i) }, (_, j) => i + j);
    await Promise.all(some.map((n) => js.publish(`s.${n % 3}`, String(n))));
  }
}

async function unacknowledged(connection: NatsConnection): Promise<number> {
  const { num_ack_pending, num_pending } = await (await jetstreamManager(connection)).consumers
    .info("S", "C");
  return num_ack_pending + num_pending;
}

/** What passes the filter, of so many that were published. */
const wanted = (count: number) =>
  Array.from({ length: count }, (_, n) => n).filter((n) => n % 3 !== 2).length;

const errors: string[] = [];

/** Keeps what was done, and asserts that nothing is done before what comes before it. */
class Record {
  readonly done = new Set<number>();
  readonly batches: number[] = [];
  #last = 0;

  add(batch: readonly Delivery[]): void {
    this.batches.push(batch.length);
    for (const { sequence } of batch) {
      // A message may come again, and is skipped as one that its key has had; a new one never comes early.
      if (sequence > this.#last) {
        assertEquals(sequence - this.#last, this.#last % 3 === 2 ? 2 : 1, `${sequence}`);
        this.#last = sequence;
      }
      this.done.add(sequence);
    }
  }
}

function loop(connection: NatsConnection, handle: BatchLoopOptions["handle"]): BatchLoop {
  return new BatchLoop({
    requests: JetStreamRequests.of(connection, "_INBOX"),
    stream: "S",
    consumer: "C",
    ackWaitMs: ACK_WAIT_MS,
    purpose: "the test",
    log: { ...consoleLog, error: (message) => errors.push(message) },
    handle,
  });
}

Deno.test("batches come in the order of the stream, and what is not done comes again", async () => {
  await using server = await KvTestServer.start();
  const connection = await server.connect();
  await makeStream(connection);
  await publish(connection, 0, 1000);
  const record = new Record();
  let refusals = 0;
  let thrown = false;
  const running = loop(connection, (batch) => {
    if (batch.some(({ sequence }) => sequence === 100) && refusals++ < 2) {
      record.add(batch.filter(({ sequence }) => sequence < 100));
      return Promise.resolve(batch.findIndex(({ sequence }) => sequence === 100));
    }
    if (batch.some(({ sequence }) => sequence === 700) && !thrown) {
      thrown = true;
      return Promise.reject(new Error("on purpose"));
    }
    record.add(batch);
    return Promise.resolve(batch.length);
  });
  await until(() => record.done.size === wanted(1000), "all are done");
  assert(record.batches.length < 15, String(record.batches));
  const before = performance.now();
  await publish(connection, 1000, 1001);
  await until(() => record.done.size === wanted(1001), "one more");
  assert(performance.now() - before < 2000);
  await running.stop();
  assertEquals(errors.splice(0), ["the test does not go on: on purpose"]);
  assertEquals(await unacknowledged(connection), 0);
});

Deno.test("one works at a time, whoever is stopped, killed, or has lost its connection", async () => {
  await using server = await KvTestServer.start();
  const publisher = await server.connect();
  await makeStream(publisher);
  const record = new Record();
  const workers = new Set<string>();
  const start = (name: string, connection: NatsConnection) =>
    loop(connection, async (batch) => {
      workers.add(name);
      await Promise.resolve();
      record.add(batch);
      return batch.length;
    });
  const [a, b, c] = [await server.connect(), await server.connect(), await server.connect()];
  const first = start("a", a);
  await publish(publisher, 0, 300);
  await until(() => record.done.size === wanted(300), "a has them");
  const [second, third] = [start("b", b), start("c", c)];
  await publish(publisher, 300, 600);
  await until(() => record.done.size === wanted(600), "they are done");
  assertEquals([...workers], ["a"]);

  await Promise.all([first.stop(), publish(publisher, 600, 1200)]);
  await until(() => record.done.size === wanted(1200), "another one has taken over");
  await server.kill();
  await server.startAgain();
  await publish(await server.connect(), 1200, 1800);
  await until(() => record.done.size === wanted(1800), "it goes on after a crash of the server");

  // The one that works goes without a word, with messages in hand.
  await b.close();
  await publish(await server.connect(), 1800, 2400);
  await until(() => record.done.size === wanted(2400), "the last one goes on");
  await Promise.all([second.stop(), third.stop()]);
  assertEquals(errors, []);
});

Deno.test("two that begin at the same moment do not share a batch", async () => {
  await using server = await KvTestServer.start();
  const publisher = await server.connect();
  await makeStream(publisher);
  await publish(publisher, 0, 1500);
  const record = new Record();
  const [a, b] = [await server.connect(), await server.connect()];
  const both = [a, b].map((connection) =>
    loop(connection, async (batch) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      record.add(batch);
      return batch.length;
    })
  );
  await until(() => record.done.size === wanted(1500), "all are done");
  await Promise.all(both.map((running) => running.stop()));
  assertEquals(errors, []);
});

Deno.test("what is held of a stream is let go of when that is made again", async () => {
  await using server = await KvTestServer.start();
  const connection = await server.connect();
  await makeStream(connection);
  await publish(connection, 0, 600);
  const record = new Record();
  let isHeld = true;
  let tried = 0;
  const running = loop(connection, (batch) => {
    tried = batch.length;
    if (isHeld) return Promise.resolve(0);
    record.add(batch);
    return Promise.resolve(batch.length);
  });
  await until(() => tried === 256, "as many as it takes are held");
  const manager = await jetstreamManager(connection);
  await manager.streams.delete("S");
  isHeld = false;
  await makeStream(connection);
  await publish(connection, 0, 30);
  await until(() => record.done.size === wanted(30), "the new ones are done");
  assertEquals(record.batches.reduce((sum, length) => sum + length, 0), wanted(30));
  await running.stop();
  errors.splice(0);
});
