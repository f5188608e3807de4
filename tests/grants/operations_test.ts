/** Operations on a server that enforces who may do what. */
import { assert, assertEquals } from "@std/assert";
import { ok, type Result, TransportError, TrellisClient } from "../../mod.ts";
import { provision } from "../support/deployed.ts";
import { desk, reportHandlers, reports } from "../support/operations/reports.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { until } from "../support/until.ts";

/** A Trellis with the reports, whose export waits for an approval. */
async function start() {
  await using opened = new AsyncDisposableStack();
  const trellis = opened.use(await SecuredTrellis.start());
  const service = await trellis.deploy(reports);
  const owners: string[] = [];
  await service.serve(reportHandlers(async ({ op }) => {
    owners.push(`${op.owner.kind}:${op.owner.id}`);
    const step = await op.step("query", () => "queried");
    op.progress({ done: 1 });
    const { by } = await op.signal("approve").orThrow();
    return ok({ url: `${step} for ${by}` });
  }));
  await provision(trellis.authority, desk);
  const { platform } = trellis;
  const as = async (id: string) => {
    const principal = { kind: "user", id } as const;
    const { seed = "" } = (await platform.openUserSession({ principal, contract: desk })).orThrow();
    const client = await TrellisClient
      .connect({ contract: desk, trellisUrl: trellis.url, sessionKeySeed: seed }).orThrow();
    return all.use(client).operation.report.export;
  };
  const grant = async (id: string, name: string) =>
    (await platform.access.change({
      action: "add",
      holder: { kind: "user", id },
      names: [`reports::${name}`],
      by: "root",
    })).orThrow();
  const all: AsyncDisposableStack = opened.move();
  return { trellis, as, grant, owners, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

function codeOf(answer: Result<unknown, Error>): string {
  assert(answer.isErr() && answer.error instanceof TransportError, String(answer));
  return answer.error.code;
}

Deno.test("an operation is its owner's, and of those who hold what is declared; the service needs no right that it was not given", async () => {
  await using at = await start();
  const [ada, bob] = [await at.as("ada"), await at.as("bob")];
  const ref = await ada.start({ rows: 1 }, { requestId: "one" }).orThrow();
  const seen: string[] = [];
  const watching = (async () => {
    for await (const { state } of await ref.watch().orThrow()) seen.push(state);
  })();
  await until(() => seen.includes("waiting"), "it waits for its approval");
  assertEquals(at.owners, ["user:ada"]);

  const other = bob.resume(ref.id);
  assertEquals(codeOf(await other.get()), "trellis.permission.capability");
  assertEquals(codeOf(await other.watch()), "trellis.permission.capability");
  assertEquals(codeOf(await other.cancel()), "trellis.permission.denied");
  // The same request id of somebody else is another operation.
  const own = await bob.start({ rows: 1 }, { requestId: "one" }).orThrow();
  assert(own.id !== ref.id);
  await own.cancel().orThrow();

  await at.grant("bob", "audit");
  await until(async () => (await other.get()).isOk(), "bob may look at it");
  // Whose operation it is gives nobody the right to decide about it.
  assertEquals(codeOf(await ref.signal("approve", { by: "ada" })), "trellis.permission.capability");
  await at.grant("bob", "approve");
  await until(async () => (await other.signal("approve", { by: "bob" })).isOk(), "bob approves it");
  assertEquals(await ref.wait().orThrow(), { url: "queried for bob" });
  assertEquals(await other.wait().orThrow(), { url: "queried for bob" });
  await watching;
  assertEquals(seen.at(-1), "completed");
  assertEquals(at.trellis.failures, []);
  const log = await Deno.readTextFile(at.trellis.server.logFile);
  assertEquals(log.split("\n").filter((line) => line.includes("Violation")), []);
});
