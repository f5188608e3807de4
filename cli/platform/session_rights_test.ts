import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import type { Result } from "../../contracts/result.ts";
import { TrellisClient } from "../../mod.ts";
import { provision } from "../../tests/support/deployed.ts";
import { app, guarded, serveGuarded } from "../../tests/support/platform/desk.ts";
import { SecuredTrellis } from "../../tests/support/platform/secured_trellis.ts";
import { until } from "../../tests/support/until.ts";

const ADA = { kind: "user", id: "ada" } as const;
const REFUND = "desk::desk.refund";
const CLOSE = "desk::desk.close";

/** A Trellis with the desk, and ada's session. */
async function start() {
  await using opened = new AsyncDisposableStack();
  const trellis = opened.use(await SecuredTrellis.start());
  await serveGuarded(await trellis.deploy(guarded));
  const { platform } = trellis;
  const session = (await platform.openUserSession({ principal: ADA, contract: app })).orThrow();
  await provision(trellis.authority, app);
  const client = opened.use((await TrellisClient.connect({
    contract: app,
    trellisUrl: trellis.url,
    sessionKeySeed: session.seed ?? "",
  })).orThrow());
  const change = async (action: "add" | "remove", ...names: readonly string[]) =>
    (await platform.access.change({ action, holder: ADA, names, by: "root" })).orThrow();
  const all = opened.move();
  return { trellis, client, session, change, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

function transportError(answer: Result<unknown, Error>): TransportError {
  assert(answer.isErr() && answer.error instanceof TransportError, String(answer));
  return answer.error;
}

/** How often the server has refused a publish. */
async function violations({ server }: SecuredTrellis): Promise<number> {
  return (await Deno.readTextFile(server.logFile)).split("Publish Violation").length - 1;
}

Deno.test("a call that takes capabilities fails before it is sent, and names those that are missing", async () => {
  await using ada = await start();
  await ada.change("add", REFUND);
  const error = transportError(await ada.client.rpc.desk.close({ id: "1" }));
  assertEquals(error.code, "trellis.permission.capability");
  assertEquals(error.message, `user ada may not call Desk.Close; missing: ${REFUND}, ${CLOSE}`);
  assertEquals(error.missing, [REFUND, CLOSE]);
  assertEquals(error.command, ["grants", "add", "user:ada", REFUND, CLOSE]);
  await until(async () => {
    const { missing = [] } = transportError(await ada.client.rpc.desk.close({ id: "1" }));
    return missing.length === 1;
  }, "what was granted meanwhile is missing no more");
  assertEquals(await violations(ada.trellis), 0);
});

Deno.test("what is granted to somebody who is connected counts without connecting by hand, and other calls go on", async () => {
  await using ada = await start();
  const { client } = ada;
  transportError(await client.rpc.desk.refund({ id: "1" }));
  await ada.change("add", REFUND);
  const reads: Promise<unknown>[] = [];
  await until(async () => {
    reads.push(client.rpc.desk.read({ id: "1" }).orThrow());
    return (await client.rpc.desk.refund({ id: "1" })).isOk();
  }, "the right is there");
  await Promise.all(reads);
  assertEquals(await violations(ada.trellis), 0);
  assertEquals(ada.trellis.failures, []);
});

Deno.test("after a refusal by the server the error says what is missing, and the next call is not sent", async () => {
  await using ada = await start();
  await ada.change("add", REFUND, CLOSE);
  await until(async () => (await ada.client.rpc.desk.close({ id: "1" })).isOk(), "it is granted");
  await ada.change("remove", CLOSE);
  let error: TransportError | undefined;
  await until(async () => {
    const answer = await ada.client.rpc.desk.close({ id: "1" });
    if (answer.isErr()) error = transportError(answer);
    return error?.code === "trellis.permission.capability";
  }, "the right is gone");
  assertEquals(error?.missing, [CLOSE]);
  const before = await violations(ada.trellis);
  transportError(await ada.client.rpc.desk.close({ id: "1" }));
  assertEquals(await violations(ada.trellis), before);
});

Deno.test("what was taken and given again is there again, without connecting by hand", async () => {
  await using ada = await start();
  await ada.change("add", REFUND);
  await until(async () => (await ada.client.rpc.desk.refund({ id: "1" })).isOk(), "it is granted");
  await ada.change("remove", REFUND);
  await ada.change("add", REFUND);
  await until(async () => (await ada.client.rpc.desk.refund({ id: "1" })).isOk(), "it is there");
});

Deno.test("whoever's session is revoked is told so by the call that fails", async () => {
  await using ada = await start();
  await ada.session.revoke();
  let error: TransportError | undefined;
  await until(async () => {
    const answer = await ada.client.rpc.desk.read({ id: "1" });
    if (answer.isErr()) error = transportError(answer);
    return error?.code === "trellis.session.refused";
  }, "the reason is known");
  assertStringIncludes(error?.message ?? "", "revoked");
});
