import { assertEquals, assertStringIncludes } from "@std/assert";
import { isErr } from "../../contracts/result.ts";
import { notMade, queueOf } from "./queues.ts";

const record = {
  deployment: "shop",
  desired: undefined,
  materialized: {
    version: 1,
    state: "reconciled",
    problems: [],
    at: "2030-01-02T03:04:05.000Z",
    bindings: {
      format: "trellis.bindings.v1",
      deployment: "shop",
      contract: "shop@v1",
      digests: [],
      version: 1,
      kv: {},
      store: {},
    },
    work: { "job/mail": { alias: "mail", streams: {}, consumers: {} } },
  },
} as const;

Deno.test("a queue that is declared no more is found while something waits in it", () => {
  const queue = queueOf(record, "job", "mail").orThrow();
  assertEquals([queue.name, queue.binding?.consumers], ["mail", []]);
  assertStringIncludes(notMade(queue).message, "no longer declared");
  assertStringIncludes(notMade({ ...queue, binding: undefined }).message, "not made yet");
  assertEquals(isErr(queueOf(record, "job", "post").take()), true);
});
