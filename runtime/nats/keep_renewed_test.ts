import { assertEquals } from "@std/assert";
import { MessagingTestServer } from "../../tests/support/messaging_server.ts";
import { until } from "../../tests/support/until.ts";
import { keepRenewed, renewalDelay, retryDelay } from "./keep_renewed.ts";

Deno.test("a connection is renewed between half and four fifths of its time", () => {
  assertEquals(renewalDelay(600_000, 0), 300_000);
  assertEquals(renewalDelay(600_000, 1), 480_000);
  assertEquals(renewalDelay(0, 0.5), 500);
});

Deno.test("attempts to renew come less and less often", () => {
  assertEquals([0, 1, 2].map((failures) => retryDelay(failures, 1)), [250, 500, 1000]);
  assertEquals([0, 1, 2].map((failures) => retryDelay(failures, 0)), [125, 250, 500]);
  assertEquals(retryDelay(50, 1), 10_000);
});

Deno.test("after a sleep a line is renewed at once, long before its time", async () => {
  await using server = await MessagingTestServer.start();
  const { line } = await server.messaging();
  keepRenewed(line, 600);
  const before = line.connection;
  // What a browser says; what a late timer says goes the same way.
  globalThis.dispatchEvent(new Event("online"));
  await until(() => line.connection !== before, "it is renewed");
});
