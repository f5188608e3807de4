import { assert, assertEquals, assertRejects } from "@std/assert";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { defineHandlers } from "../../runtime/service/define_handlers.ts";
import type { Caller } from "../../runtime/rpc/request_context.ts";
import { ok } from "../../contracts/result.ts";
import { TrellisClient } from "../../mod.ts";
import { TrellisService } from "../../runtime/service/service.ts";
import { kvContract } from "../../tests/support/kv_contract.ts";
import { app, guarded } from "../../tests/support/platform/desk.ts";
import { startTrellis } from "./mod.ts";

/** A desk that notes who asks. */
function desk() {
  const callers: Caller["principal"][] = [];
  const handlers = defineHandlers(guarded, {
    rpc: {
      "Desk.Read": ({ input, context }) => {
        callers.push(context.caller.principal);
        return ok(input);
      },
      "Desk.Refund": ({ input }) => ok(input),
      "Desk.Close": ({ input }) => ok(input),
    },
  });
  return { callers, handlers };
}

const CASE = { id: "1" };

Deno.test("an error of the testing kit says what to do in its message", async () => {
  await using trellis = await startTrellis();
  await assertRejects(
    () => trellis.service(kvContract({ carts: {} })),
    Error,
    "; run deno task dev, or accept its plan",
  );
});

Deno.test("three lines say what a user may do, and what not", async () => {
  await using trellis = await startTrellis({ services: [desk().handlers] });

  const ada = await trellis.client(app, { user: "ada", capabilities: ["desk.refund"] });
  await ada.rpc.desk.refund(CASE).orThrow();
  await assertRejects(() => ada.rpc.desk.close(CASE).orThrow(), TransportError, "desk.close");
});

Deno.test("handlers see which user calls, and which admin when no user is named", async () => {
  const { callers, handlers } = desk();
  await using trellis = await startTrellis({ services: [handlers] });
  const clients = [
    await trellis.client(app, { user: "ada" }),
    await trellis.client(app, { user: "bob" }),
    // With the contract of the service itself they run an app of all its RPCs.
    await trellis.client(guarded, { user: "eve" }),
    await trellis.client(guarded),
  ];
  for (const { rpc } of clients) await rpc.desk.read(CASE).orThrow();
  assertEquals(callers, [
    { kind: "user", id: "ada" },
    { kind: "user", id: "bob" },
    { kind: "user", id: "eve" },
    { kind: "admin", id: "local" },
  ]);
  const [, , eve, admin] = clients;
  assert((await eve?.rpc.desk.close(CASE))?.isErr());
  assert((await admin?.rpc.desk.close(CASE))?.isOk());
});

Deno.test("what one user was granted another one does not have", async () => {
  await using trellis = await startTrellis({ services: [desk().handlers] });
  await trellis.client(app, { user: "ada", capabilities: ["desk.refund"] });
  const bob = await trellis.client(app, { user: "bob" });
  await assertRejects(() => bob.rpc.desk.refund(CASE).orThrow(), TransportError, "desk.refund");
  const ada = await trellis.client(app, { user: "ada", capabilities: ["desk.close"] });
  await ada.rpc.desk.close(CASE).orThrow();
});

Deno.test("a capability that no contract declares fails the test, rather than prove nothing", async () => {
  await using trellis = await startTrellis({ services: [desk().handlers] });
  await assertRejects(
    () => trellis.client(app, { user: "ada", capabilities: ["desk.refunds"] }),
    Error,
    "desk.refunds",
  );
});

Deno.test("nobody comes in without a key, and a service of the test's own with one", async () => {
  await using trellis = await startTrellis({ contracts: [guarded] });
  const { servers } = trellis;
  const stranger = await TrellisClient.connect({ contract: app, trellisUrl: servers });
  assertEquals(stranger.isErr() && stranger.error.code, "trellis.connection.unauthorized");
  const { seed } = await trellis.openSession(guarded);
  await using service = (await TrellisService.connect({
    contract: guarded,
    trellisUrl: servers,
    sessionKeySeed: seed,
  })).orThrow();
  await service.serve(desk().handlers);
  await (await trellis.client(guarded)).rpc.desk.read(CASE).orThrow();
});
