import { setTimeout as delay } from "node:timers/promises";
import { assert, assertEquals } from "@std/assert";
import { callerToken, sessionOf } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import type { Result } from "../../contracts/result.ts";
import { TrellisClient } from "../../mod.ts";
import { LiveSessions } from "../../runtime/platform/nats/live_sessions.ts";
import { provision } from "../../tests/support/deployed.ts";
import { app, guarded, serveGuarded } from "../../tests/support/platform/desk.ts";
import {
  type PlatformSettings,
  SecuredTrellis,
} from "../../tests/support/platform/secured_trellis.ts";
import { until } from "../../tests/support/until.ts";

const ADA = { kind: "user", id: "ada" } as const;
const DESK = { kind: "service", id: "desk" } as const;
const REFUND = "desk::desk.refund";

/** Seconds that a connection lasts: a busy machine needs some to replace it in time. */
const CONNECTION_S = 6;

/** A Trellis with the desk, and ada's client. */
async function start(settings: PlatformSettings = {}) {
  await using opened = new AsyncDisposableStack();
  const trellis = opened.use(await SecuredTrellis.start(settings));
  const { platform } = trellis;
  await provision(trellis.authority, guarded);
  const { seed: deskSeed } = await platform.openSession("desk");
  await serveGuarded(await trellis.connect(guarded, { sessionKeySeed: deskSeed }));
  const { seed = "" } = (await platform.openUserSession({ principal: ADA, contract: app }))
    .orThrow();
  await provision(trellis.authority, app);
  const client = opened.use((await TrellisClient.connect({
    contract: app,
    trellisUrl: trellis.url,
    sessionKeySeed: seed,
  })).orThrow());
  const live = new LiveSessions(await trellis.server.sys());
  const seen = { ada: new Set<number>(), desk: new Set<number>() };
  const names = {
    ada: callerToken({ principal: ADA, session: sessionIn(seed) }),
    desk: callerToken({ principal: DESK, session: sessionIn(deskSeed) }),
  };
  const all = opened.move();
  return {
    trellis,
    client,
    live,
    seed,
    names,
    change: async (action: "add" | "remove", ...names: readonly string[]) =>
      (await platform.access.change({ action, holder: ADA, names, by: "root" })).orThrow(),
    /** How many connections ada and the desk have had, as far as this was asked. */
    async connections() {
      for (const who of ["ada", "desk"] as const) {
        const found = (await live.find(names[who])).orThrow();
        for (const { connectionId } of found) seen[who].add(connectionId);
      }
      return { ada: seen.ada.size, desk: seen.desk.size };
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function sessionIn(seed: string): string {
  return sessionOf(KeyPair.fromSeed("user", seed)?.publicKey ?? "");
}

/** Calls, 32 in flight, until `work` is done. None may fail. Answers how many there were. */
async function whileCalling(
  call: () => PromiseLike<Result<unknown, Error>>,
  work: () => Promise<void>,
): Promise<number> {
  let calls = 0;
  let isOver = false;
  const calling = Array.from({ length: 32 }, async () => {
    for (; !isOver; calls++) {
      (await call()).orThrow();
      // Calls without a pause would take all that the machine has, and hold no more.
      await delay(20);
    }
  });
  await Promise.race([work(), Promise.all(calling)]).finally(() => isOver = true);
  await Promise.all(calling);
  return calls;
}

Deno.test("connections are replaced before they end, and no request in flight fails", async () => {
  await using test = await start({ connectionS: CONNECTION_S });
  const { client, trellis } = test;
  const calls = await whileCalling(
    () => client.rpc.desk.read({ id: "1" }),
    () =>
      until(async () => {
        const { ada, desk } = await test.connections();
        return ada >= 3 && desk >= 3;
      }, "both have had three connections"),
  );
  assert(calls > 500, `${calls} calls`);
  const log = await Deno.readTextFile(trellis.server.logFile);
  assertEquals(log.includes("Authentication Expired"), false);
  assertEquals(trellis.failures, []);
});

Deno.test("what is granted reaches a session while requests are in flight, and none fails", async () => {
  await using test = await start();
  const { client, live, names } = test;
  await test.connections();
  await whileCalling(() => client.rpc.desk.read({ id: "1" }), async () => {
    await test.change("add", REFUND);
    await until(async () => (await test.connections()).ada === 2, "ada has another connection");
    await until(
      async () => (await live.find(names.ada)).orThrow().length === 1,
      "the connection before is closed",
    );
  });
  (await client.rpc.desk.refund({ id: "1" })).orThrow();
});

Deno.test("who has lost a right goes on without losing a request, or is out at once", async () => {
  await using test = await start();
  const { client, trellis, seed } = test;
  await test.change("add", REFUND);
  await until(async () => (await client.rpc.desk.refund({ id: "1" })).isOk(), "it is granted");
  // Stays on the connection that it has, whatever the server asks for.
  const stubborn = (await trellis.server.open(KeyPair.fromSeed("user", seed)!)).orThrow();
  let lostAt = 0;
  const lost = (async () => {
    for await (const { type } of stubborn.status()) {
      if (type === "disconnect") return lostAt = performance.now();
    }
  })();
  let changedAt = Infinity;
  await whileCalling(() => client.rpc.desk.read({ id: "1" }), async () => {
    await test.change("remove", REFUND);
    changedAt = performance.now();
    await lost;
  });
  // By itself its connection would last ten minutes; a busy machine takes more than a second.
  assert(lostAt - changedAt < 10_000, `${lostAt - changedAt} ms`);
  assertEquals((await client.rpc.desk.refund({ id: "1" })).isErr(), true);
});

Deno.test("sessions whose connections end while nobody lets them in are back when somebody does", async () => {
  await using test = await start({ connectionS: 2 });
  const { client, trellis } = test;
  await trellis.stopPlatform();
  await until(async () => (await client.rpc.desk.read({ id: "1" })).isErr(), "they have ended");
  await trellis.startPlatform();
  await until(async () => (await client.rpc.desk.read({ id: "1" })).isOk(), "they are back");
  const before = await test.connections();
  await until(async () => {
    const { ada, desk } = await test.connections();
    return ada > before.ada && desk > before.desk;
  }, "they are renewed again");
});
