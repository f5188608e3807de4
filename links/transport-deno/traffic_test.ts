import { assert, assertEquals, assertGreater } from "@std/assert";
import { connect } from "@nats-io/transport-deno";
import { NatsServer } from "./testing/nats_server.ts";

Deno.test.sanitizer({ ops: true, resources: true });

const MIB = 1024 * 1024;

/** Bytes that tell where in the stream they belong, cheap to make and to check. */
function block(number: number, size: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = (number + 1) * 2654435761 >>> 0;
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, size);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

Deno.test("64 MiB in each direction arrive as they were sent", async () => {
  await using server = await NatsServer.start(`max_pending: 256MB`);
  await using near = await connect({ servers: server.address });
  await using far = await connect({ servers: server.address });
  // Sizes around the limits of the buffers, so that messages share frames and frames share messages.
  const sizes = [1, 100, 32 * 1024, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 300_001, MIB];
  const plan: number[] = [];
  for (let total = 0; total < 64 * MIB;) {
    const size = sizes[plan.length % sizes.length] ?? 1;
    plan.push(size);
    total += size;
  }

  const check = (expected: number) => {
    let next = 0;
    const done = Promise.withResolvers<void>();
    const callback = (_err: Error | null, msg: { data: Uint8Array }) => {
      const number = next++;
      if (!same(msg.data, block(number, plan[number] ?? 0))) {
        done.reject(new Error(`message ${number} differs`));
      }
      if (next === expected) done.resolve();
    };
    return { callback, done: done.promise };
  };
  const [toFar, toNear] = [check(plan.length), check(plan.length)];
  far.subscribe("to.far", toFar);
  near.subscribe("to.near", toNear);
  await Promise.all([near.flush(), far.flush()]);

  const send = async (nc: typeof near, subject: string) => {
    for (const [number, size] of plan.entries()) {
      nc.publish(subject, block(number, size));
      if (number % 16 === 15) await nc.flush();
    }
  };
  await Promise.all([send(near, "to.far"), send(far, "to.near"), toFar.done, toNear.done]);
});

Deno.test("a hundred thousand small messages keep their order", async () => {
  await using server = await NatsServer.start();
  await using nc = await connect({ servers: server.address });
  const count = 100_000;
  let next = 0;
  const done = Promise.withResolvers<void>();
  nc.subscribe("order", {
    callback: (_err, msg) => {
      if (msg.string() !== String(next)) {
        done.reject(new Error(`${msg.string()} came in place of ${next}`));
      }
      if (++next === count) done.resolve();
    },
  });
  for (let i = 0; i < count; i++) {
    nc.publish("order", String(i));
    // Now and then the event loop, so that bursts of all lengths meet an idle and a busy writer.
    if (i % 997 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    if (i % 89 === 0) await Promise.resolve();
  }
  await done.promise;
});

Deno.test("messages that are kept are not overwritten by later ones", async () => {
  await using server = await NatsServer.start();
  await using nc = await connect({ servers: server.address });
  const kept: Uint8Array[] = [];
  nc.subscribe("keep", { callback: (_err, msg) => void kept.push(msg.data) });
  const count = 2000;
  for (let i = 0; i < count; i++) {
    nc.publish("keep", block(i, 1 + (i * 37) % 5000));
    if (i % 50 === 0) await nc.flush();
  }
  await nc.flush();
  assertEquals(kept.length, count);
  assert(kept.every((data, i) => same(data, block(i, 1 + (i * 37) % 5000))));
});

Deno.test("a consumer that pauses gets everything in order afterwards", async () => {
  await using server = await NatsServer.start();
  await using sender = await connect({ servers: server.address });
  await using nc = await connect({ servers: server.address });
  const sub = nc.subscribe("paused");
  await nc.flush();
  const count = 200;
  for (let i = 0; i < count; i++) sender.publish("paused", block(i, 50_000));
  await sender.flush();
  // The answer comes after the messages, so all of them are waiting for the consumer by now.
  await nc.flush();
  assertGreater(sub.getPending(), 0);
  let next = 0;
  for await (const msg of sub) {
    assert(same(msg.data, block(next++, 50_000)));
    if (next === count) break;
  }
  assertEquals(next, count);
});

Deno.test("a process that blocks while the server sends catches up", async () => {
  await using server = await NatsServer.start();
  await using sender = await connect({ servers: server.address });
  await using nc = await connect({ servers: server.address });
  let received = 0;
  const done = Promise.withResolvers<void>();
  const count = 60;
  nc.subscribe("block", {
    callback: (_err, msg) => {
      // Busy for a while with every message, so that the system's buffers fill meanwhile.
      const until = performance.now() + 3;
      while (performance.now() < until);
      if (!same(msg.data, block(received, 200_000))) {
        done.reject(new Error(`message ${received} differs`));
      }
      if (++received === count) done.resolve();
    },
  });
  await nc.flush();
  for (let i = 0; i < count; i++) sender.publish("block", block(i, 200_000));
  await sender.flush();
  await done.promise;
});
