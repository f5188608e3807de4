import { assert, assertEquals } from "@std/assert";
import { Kvm } from "@nats-io/kv";
import { KvTestServer } from "../../tests/support/kv_server.ts";
import { BucketStream } from "../kv/nats/bucket_stream.ts";
import { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import { KeyStates } from "./key_states.ts";

const [BEFORE, AFTER] = ["2026-01-02T03:04:05.123456789Z", "2026-05-06T07:08:09.9Z"];

Deno.test("a value goes on in a stream that was made again, and one that was restored adds nothing twice", async () => {
  await using server = await KvTestServer.start();
  const connection = await server.connect();
  await new Kvm(connection).create("balances");
  const bucket = new BucketStream(JetStreamRequests.of(connection, "_INBOX"), "balances");
  const statesOf = (created: string) => new KeyStates(bucket, created);
  const bytes = new TextEncoder().encode("5");
  const none = (await statesOf(BEFORE).read("k")).orThrow();
  (await statesOf(BEFORE).write("k", none, { bytes, sequence: 5, held: undefined })).orThrow();

  const now = statesOf(AFTER);
  const state = (await now.read("k")).orThrow();
  assertEquals([state.bytes, state.sequence], [bytes, 0]);
  const at = Date.parse(AFTER);
  const has = (sequence: number, writtenAt: number) => now.has(state, { sequence, writtenAt });
  // What was stored since is new, whatever its number; what is older came with a restore, under its own.
  assertEquals([has(5, at + 1), has(5, at - 1), has(6, at - 1)], [false, true, false]);

  (await now.write("k", state, { bytes, sequence: 1, held: undefined })).orThrow();
  const outdated = await statesOf(BEFORE).read("k");
  assert(outdated.isErr(), "who is bound to the stream before writes nothing any more");
});
