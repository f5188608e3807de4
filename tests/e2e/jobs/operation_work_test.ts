import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract, ok } from "../../../mod.ts";
import { deploy } from "../../support/deployed.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";
import { trellis, trellisProcess } from "../support/trellis_command.ts";

const Range = Type.Object({ rows: Type.Integer() });
const Progress = Type.Object({ done: Type.Integer() });
const Report = Type.Object({ url: Type.String() });
const Approval = Type.Object({ by: Type.String() });

const reports = defineServiceContract(
  { schemas: { Range, Progress, Report, Approval } },
  (ref) => ({
    id: "reports@v1",
    displayName: "Reports",
    description: "Exports reports.",
    operations: {
      "Report.Export": {
        version: "v1",
        input: ref.schema("Range"),
        progress: ref.schema("Progress"),
        output: ref.schema("Report"),
        signals: { approve: { input: ref.schema("Approval") } },
        cancel: true,
        work: { concurrency: 4 },
      },
    },
  }),
);

const handlers = defineHandlers(reports, {
  operations: {
    "Report.Export": async ({ input, op }) => {
      op.progress({ done: input.rows });
      const { by } = await op.signal("approve", { timeoutMs: 60_000 }).orThrow();
      return ok({ url: `https://reports/${by}` });
    },
  },
});

const stand = shared(async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await TrellisServer.start());
  const service = opened.use(await deploy(server, reports, handlers));
  const moved = opened.move();
  return { server, service, [Symbol.asyncDispose]: () => moved.disposeAsync() };
});

/** Runs `trellis` on the server. */
async function run(...words: readonly string[]) {
  const { server } = await stand();
  return await trellis([...words, "--nats", server.url], { env: { NO_COLOR: "1" } });
}

const place = ["reports", "Report.Export"] as const;

async function show(id: string): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await run("operations", "show", ...place, id, "--json");
  return stdout === "" ? {} : JSON.parse(stdout);
}

/** Starts an export that waits to be approved, and answers its id. */
async function started(requestId: string): Promise<string> {
  const { service } = await stand();
  const { operation } = service.client as object as {
    operation: { report: { export: { start: Start } } };
  };
  const { id } = await operation.report.export.start({ rows: 7 }, { requestId }).orThrow();
  await until(async () => (await show(id)).progress !== null, "it runs");
  return id;
}

type Start = (
  input: { rows: number },
  options: { requestId: string },
) => { orThrow(): Promise<{ id: string }> };

Deno.test("an admin follows an operation, sends it what it waits for, and cancels another one", async () => {
  const id = await started("R1");
  const { server } = await stand();
  const watching = trellisProcess(["operations", "watch", ...place, id, "--nats", server.url]);
  const refused = await run("operations", "signal", ...place, id, "approve", '{"by":1}');
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "/by");
  assertEquals((await run("operations", "signal", ...place, id, "nothing")).code, 1);
  const sent = await run("operations", "signal", ...place, id, "approve", '{"by":"ada"}');
  assertEquals([sent.code, sent.stderr], [0, ""]);
  const watched = await watching;
  assertEquals(watched.code, 0);
  assertMatch(watched.stdout, /completed\n\{\n {2}"url": "https:\/\/reports\/ada"\n\}\n$/);
  assertEquals((await show(id)).cause, "rpc:R1");

  const other = await started("R2");
  const cancelled = await run("operations", "cancel", ...place, other, "--reason", "a mistake");
  assertEquals(cancelled.code, 0);
  await until(async () => (await show(other)).state === "cancelled", "it ends");
  const end = await run("operations", "watch", ...place, other);
  assertEquals([end.code, end.stdout], [1, "cancelled: a mistake\n"]);
  assertEquals((await run("operations", "cancel", ...place, id)).code, 6);
  assertEquals((await run("operations", "cancel", ...place, "o-none")).code, 4);
  const trace = await run("trace", "rpc:R2", "--since", "1h");
  assertMatch(trace.stdout, new RegExp(`op reports/Report.Export ${other} +cancelled`));
  // Its id does not say when it was made, but it is stored.
  assertEquals((await run("trace", other)).stdout, trace.stdout);
  assertEquals((await run("trace", "o-none")).code, 2);
});

Deno.test("an operation is started by its name, found again by its request id, and followed", async () => {
  const start = ["operations", "start", "Report.Export"] as const;
  const called = await run("call", "Report.Export", '{"rows":7}');
  assertEquals(called.code, 4);
  assertStringIncludes(called.stderr, "operations start --watch Report.Export");
  assertStringIncludes((await run("operations", "start", "Report.Expor")).stderr, "Report.Export?");
  assertStringIncludes((await run(...start, '{"rows":"x"}')).stderr, "/rows");

  const first = await run(...start, '{"rows":7}', "--request-id", "S1");
  assertEquals([first.code, first.stderr], [0, ""]);
  const id = first.stdout.trim();
  await run("operations", "signal", ...place, id, "approve", '{"by":"ada"}');
  const again = await run(...start, '{"rows":7}', "--request-id", "S1", "--watch");
  assertEquals([again.code, again.stderr], [0, `${id}\n`]);
  assertMatch(again.stdout, /completed\n\{\n {2}"url": "https:\/\/reports\/ada"\n\}\n$/);
});
