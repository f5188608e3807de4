import { assertEquals, assertRejects } from "@std/assert";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { sessionOf } from "../../contracts/identity/caller.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { BootstrapAsker } from "../../runtime/session/bootstrap_asker.ts";
import { SessionWatch } from "../../runtime/session/session_watch.ts";
import { TrellisService } from "../../runtime/service/service.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import { LiveSessions } from "../../runtime/platform/nats/live_sessions.ts";
import { provision, SILENT } from "../support/deployed.ts";
import { guarded, serveGuarded } from "../support/platform/desk.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { shared } from "../support/shared.ts";
import { until } from "../support/until.ts";

const started = shared(async () => {
  const trellis = await SecuredTrellis.start();
  await provision(trellis.authority, guarded);
  return trellis;
});

/** An instance of the desk, what it says, and what is kept of its session. */
async function instance() {
  const trellis = await started();
  const { seed } = await trellis.platform.openSession("desk");
  const said: string[] = [];
  const say = (message: string) => void said.push(message);
  const service = await trellis.connect(guarded, {
    sessionKeySeed: seed,
    log: { info: say, warn: say, error: say },
  });
  await serveGuarded(service);
  const session = sessionOf(KeyPair.fromSeed("user", seed)?.publicKey ?? "");
  const sessions = await NatsSessionStore.open(trellis.messaging.connection);
  return { trellis, seed, service, session, sessions, said };
}

Deno.test("a service whose session is over ends with the reason, says it once, and is not let in again", async () => {
  for (const how of ["revoked", "removed"] as const) {
    const { trellis, seed, service, session, sessions, said } = await instance();
    const over = assertRejects(() => service.wait(), TransportError);
    if (how === "revoked") (await trellis.platform.revoke({ session }, "ada")).orThrow();
    else {
      await sessions.remove(session);
      const live = new LiveSessions(await trellis.server.sys());
      (await live.close(`s-desk-${session}`)).orThrow();
    }
    const { code, message, hint } = await over;
    assertEquals(code, "trellis.session.refused");
    assertEquals(said.filter((line) => line.includes(message)), [`desk: ${message}; ${hint}`]);
    assertEquals(said.filter((line) => line.includes("may not subscribe")), []);
    const again = await TrellisService.connect({
      contract: guarded,
      trellisUrl: trellis.url,
      sessionKeySeed: seed,
      log: SILENT,
      // It does not come back by itself.
      waitMs: 60_000,
    });
    assertEquals(again.isErr() && [again.error.code, again.error.message], [code, message]);
  }
});

Deno.test("a service of which nothing is accepted any more says so once, and goes on when that is mended", async () => {
  const { trellis, service, session, sessions, said } = await instance();
  const live = new LiveSessions(await trellis.server.sys());
  const refusals = () => said.filter((line) => line.includes("waits until a person approves"));
  const moves = async () => (await live.moveAll((name) => name.endsWith(session))).orThrow();
  await sessions.update(session, (record) => ({ ...record, deployment: "nowhere" }));
  await moves();
  await until(() => refusals().length > 0, "it was told why");
  await moves();
  await moves();
  await sessions.update(session, (record) => ({ ...record, deployment: "desk" }));
  await moves();
  await until(() => said.some((line) => line.includes("may act again")), "it may act again");
  assertEquals(refusals().length, 1);
  await service.serving();
});

Deno.test("whoever is refused again and again has growing pauses, up to half a minute", async () => {
  const trellis = await started();
  const { seed } = await trellis.platform.openSession("desk");
  const key = KeyPair.fromSeed("user", seed);
  if (key === undefined) throw new Error("no key");
  await using messaging = (await connectMessaging({ servers: trellis.url, name: "test", key }))
    .orThrow();
  const pauses: number[] = [];
  const watch: SessionWatch = new SessionWatch(
    messaging,
    new BootstrapAsker(messaging),
    () => pauses.push(watch.pauseMs),
  );
  const sessions = await NatsSessionStore.open(trellis.messaging.connection);
  const connectAs = async (deployment: string) => {
    await sessions.update(messaging.session, (record) => ({ ...record, deployment }));
    const before = pauses.length;
    await messaging.renew();
    await until(() => pauses.length > before, "it was told how it stands");
  };
  for (const deployment of ["nowhere", "nowhere", "nowhere", "nowhere", "desk"]) {
    await connectAs(deployment);
  }
  assertEquals(pauses, [10_000, 20_000, 30_000, 30_000, 0]);
});
