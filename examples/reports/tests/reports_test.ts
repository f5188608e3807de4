import { startTrellis } from "@qlever-llc/trellis/testing";
import { assertEquals, assertRejects } from "@std/assert";
import contract, { NotApproved } from "../contracts/reports.ts";
import reports from "../handlers/reports.ts";

const DAYS = ["2026-03-01", "2026-03-02"];

Deno.test("a report is added up by jobs, and done when somebody approves of it", async () => {
  await using trellis = await startTrellis({ services: [reports] });
  const { rpc, operation: { report } } = await trellis.client(contract);
  await Promise.all(
    [[DAYS[0]!, 20], [DAYS[1]!, 3], [DAYS[1]!, 4]].map(([day, amount]) =>
      rpc.sale.add({ day: String(day), amount: Number(amount) }).orThrow()
    ),
  );

  const [good, bad] = await Promise.all([
    report.export.start({ days: DAYS }).orThrow(),
    report.export.start({ days: DAYS }).orThrow(),
  ]);
  await trellis.settled();
  const { state, progress } = await good.get().orThrow();
  assertEquals({ state, progress }, { state: "waiting", progress: { done: 2, total: 2 } });

  await good.signal("approve", { by: "Ada", isApproved: true }).orThrow();
  await bad.signal("approve", { by: "Bob", isApproved: false }).orThrow();
  assertEquals(await good.wait().orThrow(), { total: 27, approvedBy: "Ada" });
  await assertRejects(() => bad.wait().orThrow(), NotApproved, "Bob");
});

Deno.test("each night the day before is closed", async () => {
  await using trellis = await startTrellis({ services: [reports] });
  const { sale, total } = (await trellis.client(contract)).rpc;
  const day = trellis.time.now().toISOString().slice(0, 10);
  await sale.add({ day, amount: 5 }).orThrow();

  await trellis.time.advance("48h");
  assertEquals(await total.get({ day }).orThrow(), { total: 5 });
});
