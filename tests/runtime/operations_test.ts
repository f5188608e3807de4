/** Operations from end to end on one server. */
import { assert, assertEquals } from "@std/assert";
import { defineHandlers, ok, TrellisClient } from "../../mod.ts";
import { connect, provision } from "../support/deployed.ts";
import { desk, type ExportHandler, reports } from "../support/operations/reports.ts";
import { TrellisServer } from "../support/trellis_server.ts";

await using server = await TrellisServer.start();

async function serve(handler: ExportHandler) {
  return await connect(
    server,
    reports,
    defineHandlers(reports, { operations: { "Report.Export": handler } }),
  );
}

Deno.test("an operation is started, watched and waited for", async () => {
  await provision(await server.authority(), reports);
  await provision(await server.authority(), desk).catch(() => {});
  await using _service = await serve(async ({ input, op }) => {
    op.progress({ done: input.rows });
    const url = await op.step("write", () => `https://reports/${input.rows}`);
    return ok({ url });
  });
  await using client = await TrellisClient.connect({ contract: desk, trellisUrl: server.url })
    .orThrow();
  const ref = await client.operation.report.export.start({ rows: 3 }).orThrow();
  assertEquals(ref.service, "reports@v1");
  const states: string[] = [];
  for await (const { state } of await ref.watch().orThrow()) states.push(state);
  assertEquals(states.at(-1), "completed");
  assertEquals(await ref.wait().orThrow(), { url: "https://reports/3" });
  const last = await ref.get().orThrow();
  assert(last.state === "completed");
  assertEquals(last.progress, { done: 3 });
});
