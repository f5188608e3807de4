import { assertEquals, assertStringIncludes } from "@std/assert";
import { bucketFailure, managerOf } from "./jetstream_failure.ts";
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
