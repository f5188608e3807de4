import { assertEquals } from "@std/assert";
import type { ApiFailure } from "./api_answer.ts";
import { failureRule } from "./failure_rule.ts";

const refused = (code: number): ApiFailure => ({ kind: "refused", code, description: "" });

Deno.test("what a failure leaves open, and what passes by itself", () => {
  const table: readonly (readonly [ApiFailure, "no" | "open", boolean])[] = [
    [{ kind: "down" }, "no", true],
    [{ kind: "closed" }, "no", false],
    [{ kind: "lost" }, "open", true],
    [{ kind: "timeout" }, "open", true],
    [{ kind: "no_responders" }, "no", true],
    [{ kind: "forbidden", subject: "a" }, "no", false],
    [{ kind: "too_large", size: 2, maximum: 1 }, "no", false],
    [{ kind: "malformed" }, "open", false],
    // The system is not available for a moment; no leader; the server is not the leader.
    [refused(10008), "no", true],
    [refused(10009), "no", true],
    [refused(10118), "no", true],
    // The same id is being stored; the sequence of the subject is not known yet.
    [refused(10158), "no", true],
    [refused(10163), "no", true],
    // Another write was faster, or is on its way.
    [refused(10071), "no", false],
    [refused(10164), "no", false],
    [refused(10077), "no", false],
    [refused(10059), "no", false],
    [refused(1), "no", false],
  ];
  for (const [failure, happened, passes] of table) {
    assertEquals(failureRule(failure), { happened, passes }, JSON.stringify(failure));
  }
});
