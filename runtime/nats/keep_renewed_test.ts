import { assertEquals } from "@std/assert";
import { renewalDelay, retryDelay } from "./keep_renewed.ts";

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
