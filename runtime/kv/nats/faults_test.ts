import { assert, assertEquals } from "@std/assert";
import type { NatsConnection } from "@nats-io/transport-deno";
import { jetstream } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import type { Result } from "../../../contracts/result.ts";
import { KVError } from "../kv_error.ts";
import {
  first,
  KvTestServer,
  openBucket,
  type Order,
  order,
} from "../../../tests/support/kv_server.ts";
import { until } from "../../../tests/support/until.ts";

const TIMEOUT_MS = 800;

type Answer = Result<unknown, KVError>;

async function timed<T>(work: PromiseLike<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now();
  const value = await work;
  return { value, ms: performance.now() - start };
}

/** Stops the server's process; returns when it has stopped answering. */
async function freeze(server: KvTestServer, connection: NatsConnection): Promise<void> {
  Deno.kill(server.pid, "SIGSTOP");
  await until(async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(true), 50);
    connection.flush().then(() => resolve(false), () => resolve(false));
    const silent = await promise;
    clearTimeout(timer);
    return silent;
  }, "the server is silent");
}

Deno.test("while the server is stopped every operation ends in time and may be repeated", async () => {
  await using server = await KvTestServer.start();
  const { kv } = await server.bucket("a", {}, { timeoutMs: TIMEOUT_MS });
  (await kv.put("a", order(1))).orThrow();
  await server.stop();
  const operations = [
    kv.get("a"),
    kv.put("a", order(2)),
    kv.create("b", order(2)),
    kv.delete("a"),
    kv.keys(),
    kv.list({ limit: 1 }),
    kv.history("a"),
    kv.watch(),
    kv.status(),
  ];
  for (
    const { value: result, ms } of await Promise.all(
      operations.map((operation) => timed<Answer>(operation)),
    )
  ) {
    assert(result.isErr());
    assertEquals([result.error.reason, result.error.retryable], ["unavailable", true]);
    assert(ms < TIMEOUT_MS + 3000, `${ms} ms`);
  }
  await server.startAgain();
  await until(async () => (await kv.put("a", order(3))).isOk(), "it works again");
  assertEquals((await kv.get("a")).orThrow().value, order(3));
});

Deno.test("operations that begin while the server is away succeed when it comes back in time", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a");
  (await kv.put("a", order(1))).orThrow();
  await server.kill();
  await until(() => connection.info === undefined, "the loss is noticed");
  const put = kv.put("a", order(2));
  const got = kv.get("a");
  await server.startAgain();
  (await put).orThrow();
  (await got).orThrow();
  assertEquals((await kv.get("a")).orThrow().value, order(2));
});

Deno.test("a server that does not answer costs no more than the deadline", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a", {}, { timeoutMs: TIMEOUT_MS });
  const known = (await kv.put("a", order(1))).orThrow();
  await freeze(server, connection);
  try {
    const [get, put, update] = await Promise.all([
      timed(kv.get("a")),
      timed(kv.put("a", order(2))),
      timed(kv.put("b", order(2), { expectedRevision: known.revision })),
    ]);
    assertEquals(get.value.isErr() && get.value.error.reason, "timeout");
    assertEquals(put.value.isErr() && put.value.error.reason, "unknown_outcome");
    assertEquals(put.value.isErr() && put.value.error.retryable, true);
    assertEquals(update.value.isErr() && update.value.error.reason, "unknown_outcome");
    assertEquals(update.value.isErr() && update.value.error.retryable, false);
    for (const { ms } of [get, put, update]) assert(ms < TIMEOUT_MS + 3000, `${ms} ms`);
  } finally {
    Deno.kill(server.pid, "SIGCONT");
  }
});

Deno.test("an acknowledgement that comes too late is found by reading", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a", { history: 10 }, { timeoutMs: 5000 });
  const known = (await kv.put("a", order(1))).orThrow();
  await freeze(server, connection);
  const writes = [
    kv.put("a", order(2), { expectedRevision: known.revision }),
    kv.create("b", order(2)),
    kv.put("c", order(2)),
    kv.delete("d"),
  ];
  // Longer than one attempt, shorter than the whole deadline.
  await new Promise((resolve) => setTimeout(resolve, 2300));
  Deno.kill(server.pid, "SIGCONT");
  for (const result of await Promise.all(writes)) assert(result.isOk());
  for (const key of ["a", "b", "c"]) {
    assertEquals((await kv.get(key)).orThrow().value, order(2));
    const puts = (await kv.history(key)).orThrow().filter((revision) =>
      revision.kind === "put" && revision.value.quantity === 2
    );
    assertEquals(puts.length, 1, key);
  }
});

for (const kind of ["conditional", "plain"] as const) {
  Deno.test(`a crash during a stream of ${kind} writes loses nothing acknowledged`, async () => {
    await using server = await KvTestServer.start();
    const { kv } = await server.bucket("a", { history: 64 });
    const counts = { done: 0, unknown: 0 };
    const done = new Map<string, number>();
    let stop = false;
    const writers = Array.from({ length: 8 }, async (_, w) => {
      let revision: string | undefined;
      for (let i = 1; !stop; i++) {
        const key = `w${w}`;
        const result = revision === undefined
          ? await kv.create(key, order(i))
          : await kv.put(key, order(i), kind === "plain" ? {} : { expectedRevision: revision });
        if (result.isOk()) {
          revision = result.orThrow().revision;
          done.set(key, i);
          counts.done++;
        } else {
          // Whatever is not done must say so, and reading must show whether it was.
          assertEquals(result.error.reason, "unknown_outcome");
          counts.unknown++;
          const entry = (await kv.get(key)).orThrow();
          assert([i - 1, i].includes(entry.value.quantity));
          revision = entry.revision;
          done.set(key, entry.value.quantity);
        }
      }
    });
    for (let crash = 0; crash < 3; crash++) {
      const before = counts.done;
      await until(() => counts.done > before + 200, "writes go on");
      await server.kill();
      await server.startAgain();
    }
    stop = true;
    await Promise.all(writers);
    assertEquals(counts.unknown, 0);
    for (const [key, last] of done) {
      assertEquals((await kv.get(key)).orThrow().value.quantity, last);
      const quantities = (await kv.history(key)).orThrow().map((revision) =>
        revision.kind === "put" ? revision.value.quantity : 0
      );
      // Each exactly once and in order: no write was applied twice, none was lost.
      const oldest = Math.max(1, last - 63);
      assertEquals(quantities, Array.from({ length: last - oldest + 1 }, (_, i) => oldest + i));
    }
  });
}

Deno.test("a closed connection is an error result", async () => {
  await using server = await KvTestServer.start();
  const { kv, connection } = await server.bucket("a");
  const pending = [kv.get("a"), kv.put("a", order(1))];
  await connection.close();
  for (const operation of [...pending, kv.get("a"), kv.put("a", order(1)), kv.keys(), kv.watch()]) {
    const { value: result, ms } = await timed<Answer>(operation);
    if (!result.isOk()) assert(ms < 2500);
  }
  const after = await kv.get("a");
  assertEquals(after.isErr() && [after.error.reason, after.error.retryable], [
    "unavailable",
    false,
  ]);
});

Deno.test("a server without JetStream says what is missing", async () => {
  await using server = await KvTestServer.start(
    "accounts { A { users [{ user: a, password: a }] } }",
  );
  const connection = await server.connect({ user: "a", pass: "a" });
  const opened = await openBucket<Order>(connection, "a", { timeoutMs: 300 }).catch((error) =>
    error
  );
  assert(opened instanceof KVError);
  assertEquals(opened.reason, "unavailable");
  assert(opened.message.includes("JetStream"));
});

const PERMISSIONS = (bucket: string) => `
accounts { A {
  jetstream: enabled
  users [
    { user: admin, password: admin }
    { user: svc, password: svc, permissions: {
      publish: [
        "$KV.${bucket}.>", "$JS.API.STREAM.MSG.GET.KV_${bucket}", "$JS.API.STREAM.INFO.KV_${bucket}",
        "$JS.API.CONSUMER.CREATE.KV_${bucket}.*.$KV.${bucket}.>",
        "$JS.FC.KV_${bucket}.>", "$JS.FC.*.*.KV_${bucket}.>"
      ]
      subscribe: ["_INBOX.svc.>"]
    } }
  ]
} }`;

Deno.test("a service's permissions for one bucket are enough, and end at it", async () => {
  await using server = await KvTestServer.start(PERMISSIONS("a"));
  const admin = await server.connect({ user: "admin", pass: "admin" });
  const manager = new Kvm(jetstream(admin));
  for (const name of ["a", "b"]) await manager.create(name);
  const connection = await server.connect({
    user: "svc",
    pass: "svc",
    inboxPrefix: "_INBOX.svc",
  });
  const open = { inboxPrefix: "_INBOX.svc", timeoutMs: 2000 };
  const kv = await openBucket<Order>(connection, "a", open);
  const watched = (await kv.watch()).orThrow();
  for (let i = 0; i < 3000; i += 500) {
    await Promise.all(
      Array.from({ length: 500 }, (_, j) => kv.put(`k.${i + j}`, order(1)).orThrow()),
    );
  }
  (await kv.delete("k.0")).orThrow();
  (await kv.create("k.0", order(2))).orThrow();
  assertEquals((await kv.list({ limit: 1 })).orThrow().count, 3000);
  assertEquals((await kv.list({ limit: 5, filter: "k.1" })).orThrow().count, 1);
  assertEquals((await kv.history("k.0")).orThrow().length, 1);
  assertEquals((await first(3002, watched)).length, 3002);

  const { value: other, ms } = await timed(
    openBucket<Order>(connection, "b", open).catch((error) => error),
  );
  assert(other instanceof KVError);
  assertEquals([other.reason, other.retryable], ["forbidden", false]);
  assert(ms < 1900);
});
