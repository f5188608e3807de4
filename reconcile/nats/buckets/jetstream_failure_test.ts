import { assertEquals, assertStringIncludes } from "@std/assert";
import { JetStreamApiError } from "@nats-io/jetstream";
import { TimeoutError } from "@nats-io/nats-core";
import { ConnectionDownError } from "../../../runtime/nats/connection_gate.ts";
import { bucketFailure, managerOf, natsFailure } from "./jetstream_failure.ts";
import { NatsBuckets } from "./nats_buckets.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { TrellisServer } from "../../../tests/support/trellis_server.ts";

const OWNER = { deployment: "d", contract: "d@v1", alias: "a", kind: "kv" } as const;
const SETTINGS = { history: 1, ttlMs: 0, maxValueBytes: 0 };

Deno.test("who may not manage streams gets that answer, and is not asked to wait", async () => {
  await using server = await TrellisServer.start({
    configText: `authorization { users: [
      { user: u, password: p },
      { user: weak, password: p, permissions: { publish: ["$JS.API.STREAM.INFO.>"], subscribe: ">" } }
    ] }
    no_auth_user: weak`,
  });
  const servers = server.url;
  const weak = (await connectMessaging({ servers, name: "weak" })).orThrow();
  try {
    const buckets = new NatsBuckets(await managerOf(weak.connection));
    assertEquals((await buckets.read("b", "kv")).orThrow(), undefined);
    const made = await buckets.create("b", OWNER, SETTINGS);
    assertEquals(made.isErr() && [made.error.code, made.error.retryable], [
      "nats_permission",
      false,
    ]);
  } finally {
    await weak.close();
  }
});

Deno.test("an account without JetStream, or a server that has not started it, gets that answer", async () => {
  await using server = await TrellisServer.start({
    configText: `accounts {
      A { jetstream: enabled, users: [{ user: u, password: p }] }
      B { users: [{ user: none, password: p }] }
    }
    no_auth_user: none`,
  });
  const servers = server.url;
  const none = (await connectMessaging({ servers, name: "none" })).orThrow();
  try {
    const read = await new NatsBuckets(await managerOf(none.connection)).read("b", "kv");
    assertEquals(read.isErr() && read.error.retryable, true);
    assertStringIncludes(read.isErr() ? read.error.hint : "", "JetStream on?");
  } finally {
    await none.close();
  }
});

Deno.test("an unknown outcome may be tried again", () => {
  const { code, retryable, message } = bucketFailure(new Error("timeout"), "read the bucket b");
  assertEquals([code, retryable], ["nats_unavailable", true]);
  assertStringIncludes(message, "could not read the bucket b: timeout");
});

Deno.test("what is full, limited, or slow is named as that", () => {
  const hintOf = (error: unknown) => natsFailure(error).hint;
  const refused = (err_code: number) =>
    new JetStreamApiError({ code: 503, err_code, description: "refused" });
  for (const code of [10002, 10023, 10028, 10047]) {
    assertStringIncludes(hintOf(refused(code)), "storage of the account or the server is full");
  }
  assertStringIncludes(hintOf(refused(10077)), "its own size");
  assertStringIncludes(hintOf(refused(10027)), "limits of the NATS account");
  assertStringIncludes(hintOf(refused(10008)), "choosing a leader");
  // A disk that is full: reads are answered, and writes are not.
  assertStringIncludes(hintOf(new TimeoutError()), "disk may be full");
  assertStringIncludes(hintOf(new ConnectionDownError("the link is lost")), "being restored");
});
