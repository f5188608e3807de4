import { assertEquals } from "@std/assert";
import { workReport } from "./work_report.ts";
import type { Recording, RehearsedOutcome, RehearsedWrite } from "./rehearsal_protocol.ts";

const put = (key: string): RehearsedWrite => ({ kind: "kv", name: "orders", key });
const shipped: RehearsedWrite = { kind: "event", name: "Order.Shipped" };
const ran = (id: string, outcome: RehearsedOutcome, ...writes: RehearsedWrite[]): Recording => ({
  id,
  outcome,
  writes,
});

Deno.test("recordings are counted by how they ended, and writes by their place, each key once", () => {
  const charge = { kind: "unknown", at: "rpc", name: "Payment.Charge" } as const;
  const step = { kind: "unknown", at: "step", name: "smtp" } as const;
  const report = workReport({ kind: "queue", name: "ship" }, 9, [
    ran("a", { kind: "done" }, put("1"), shipped),
    ran("b", step),
    ran("c", { kind: "failed", error: "no stock" }, put("1")),
    ran("d", charge, put("2")),
    ran("e", { kind: "later", reason: "busy" }),
    ran("f", charge, shipped),
  ]);
  assertEquals(report, {
    kind: "queue",
    name: "ship",
    found: 9,
    run: 6,
    done: 1,
    failed: 1,
    firstFailed: [{ id: "c", error: "no stock" }],
    later: 1,
    unknown: [
      { at: "rpc", name: "Payment.Charge", runs: 2, first: "d" },
      { at: "step", name: "smtp", runs: 1, first: "b" },
    ],
    writes: [
      { kind: "kv", name: "orders", count: 2, first: "1" },
      { kind: "event", name: "Order.Shipped", count: 2 },
    ],
  });
});
