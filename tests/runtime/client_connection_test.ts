import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { callerToken, sessionOf } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { ordersRpc } from "../support/orders_rpc.ts";
import { type ConnectionStatus, type Result, TransportError, TrellisClient } from "../../mod.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import { LiveSessions } from "../../runtime/platform/nats/live_sessions.ts";
import { provision } from "../support/deployed.ts";
import { HoldingProxy } from "../support/holding_proxy.ts";
import { app, guarded, serveGuarded } from "../support/platform/desk.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { freePort } from "../support/server_process.ts";
import { shared } from "../support/shared.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const ADA = { kind: "user", id: "ada" } as const;
const PROGRAM = new URL("../support/platform/client_process.ts", import.meta.url).pathname;
/** After so many seconds the server ends a connection that was not replaced. */
const CONNECTION_S = 5;

/** A Trellis with the desk, that may go away and come back. */
class Desk implements AsyncDisposable {
  readonly trellis: SecuredTrellis;
  readonly live: LiveSessions;
  /** Where pages connect to. */
  readonly pages: string;

  private constructor(trellis: SecuredTrellis, live: LiveSessions, pages: string) {
    this.trellis = trellis;
    this.live = live;
    this.pages = pages;
  }

  static async start(): Promise<Desk> {
    const port = freePort();
    const configText = `websocket { listen: "127.0.0.1:${port}", no_tls: true }`;
    const trellis = await SecuredTrellis.start({ connectionS: CONNECTION_S }, { configText });
    await serveGuarded(await trellis.deploy(guarded));
    await trellis.platform.openUserSession({ principal: ADA, contract: app });
    await provision(trellis.authority, app);
    const live = new LiveSessions(await trellis.server.sys());
    return new Desk(trellis, live, `ws://127.0.0.1:${port}`);
  }

  /** A new session of a user. */
  async session(principal: { kind: "user"; id: string } = ADA) {
    const opened = (await this.trellis.platform.openUserSession({
      principal,
      contract: app,
    })).orThrow();
    const { seed = "" } = opened;
    const session = sessionOf(KeyPair.fromSeed("user", seed)?.publicKey ?? "");
    return { ...opened, seed, name: callerToken({ principal, session }) };
  }

  /** A client of a session, and all that its connection tells. */
  async client(sessionKeySeed: string, trellisUrl = this.trellis.url) {
    const client = await TrellisClient.connect({ contract: app, trellisUrl, sessionKeySeed })
      .orThrow();
    const told: ConnectionStatus[] = [];
    const telling = (async () => {
      for await (const status of client.connection.watch()) told.push(status);
    })();
    return {
      client,
      told,
      telling,
      states: () => told.map(({ state, error }) => error ? `${state} ${error.code}` : state),
      read: (whileDisconnected: "fail" | "wait" = "wait") =>
        client.rpc.desk.read({ id: "1" }, { timeoutMs: 30_000, whileDisconnected }),
      [Symbol.asyncDispose]: () => client.close(),
    };
  }

  /** Numbers of the connections that a session has. */
  async connections(name: string): Promise<readonly number[]> {
    return (await this.live.find(name)).orThrow().map(({ connectionId }) => connectionId);
  }

  /** Lets a session end in a second: its connection is replaced within five. */
  async expire(session: string): Promise<void> {
    const sessions = await NatsSessionStore.open(this.trellis.messaging.connection);
    const expiresAt = new Date(Date.now() + 1000).toISOString();
    await sessions.update(session, (record) => ({ ...record, expiresAt }));
  }

  /** Changes what ada may do, so that the server asks her sessions to connect anew. */
  async change(action: "add" | "remove"): Promise<void> {
    const names = ["desk::desk.refund"];
    const { access } = this.trellis.platform;
    (await access.change({ action, holder: ADA, names, by: "root" })).orThrow();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.trellis[Symbol.asyncDispose]();
  }
}

const desk = shared(() => Desk.start());

function codeOf(result: Result<unknown, Error>): string {
  if (!result.isErr()) return "ok";
  return result.error instanceof TransportError ? result.error.code : String(result.error);
}

Deno.test("a client tells that its connection is lost and back, and of no renewal", async () => {
  const place = await desk();
  const { seed, name } = await place.session();
  await using ada = await place.client(seed);
  const { connection } = ada.client;
  const { since } = connection;
  for (const action of ["add", "remove"] as const) {
    const before = await place.connections(name);
    await place.change(action);
    await until(
      async () => (await place.connections(name)).some((id) => !before.includes(id)),
      "the connection is replaced",
    );
    await ada.read().orThrow();
  }
  assertEquals(ada.states(), ["connected"]);
  assertEquals(connection.since, since);

  await place.trellis.server.kill();
  await until(() => connection.state === "reconnecting", "the loss is known");
  const start = performance.now();
  const refused = await ada.read("fail");
  // Not after the time of the call, which is thirty seconds.
  assertLess(performance.now() - start, 10_000);
  assertEquals(codeOf(refused), "trellis.connection.down");
  assertStringIncludes(connection.error?.message ?? "", place.trellis.url.replace("nats://", ""));
  const waiting = ada.read();
  await place.trellis.server.startAgain();
  // The desk may be back a moment later.
  assertMatch(codeOf(await waiting), /^(ok|trellis\.rpc\.unavailable)$/);
  await until(async () => (await ada.read()).isOk(), "it is answered");
  await until(() => connection.state === "connected", "it is back");
  assertEquals(ada.states().slice(0, 2), ["connected", "reconnecting trellis.connection.lost"]);
  assertEquals(ada.states().at(-1), "connected");
  assertEquals(connection.error, undefined);
  assert(connection.since > since);
});

Deno.test("while Trellis does not let anybody in, a client goes on trying, and says why", async () => {
  const place = await desk();
  const { trellis } = place;
  const { seed, name } = await place.session();
  await using ada = await place.client(seed);
  await trellis.stopPlatform();
  (await place.live.close(name)).orThrow();
  const { connection } = ada.client;
  await until(
    () => connection.error?.code === "trellis.connection.refused",
    "the server lets nobody in",
  );
  assertEquals(connection.state, "reconnecting");
  assertStringIncludes(connection.error?.message ?? "", "asked Trellis");
  const waiting = ada.read();
  await trellis.startPlatform();
  assertMatch(codeOf(await waiting), /^(ok|trellis\.rpc\.unavailable)$/);
  await until(async () => (await ada.read()).isOk(), "it is answered");
  await until(() => connection.state === "connected", "it is back");
});

Deno.test("a session that is revoked, or expires, closes its client at once and says so", async () => {
  const place = await desk();
  const revoked = await place.session();
  const expiring = await place.session();
  await using bob = await place.client(expiring.seed);
  await using ada = await place.client(revoked.seed);
  await revoked.revoke();
  // Only now: on a busy machine it might be over before it is connected.
  await place.expire(expiring.session);
  for (
    const { client, telling, states, read, what } of [
      { ...ada, what: "was revoked" },
      { ...bob, what: "has expired" },
    ]
  ) {
    await telling;
    const { connection } = client;
    assertEquals(connection.state, "closed");
    assertEquals(connection.error?.code, "trellis.session.refused");
    assertStringIncludes(connection.error?.message ?? "", what);
    assertEquals(states()[0], "connected");
    assertEquals(states().at(-1), "closed trellis.session.refused");
    const start = performance.now();
    const answer = await read();
    assertEquals(codeOf(answer), "trellis.session.refused");
    assertLess(performance.now() - start, 10_000);
  }
  await until(
    async () => (await place.live.find(`limbo-${ada.client.session}`)).orThrow().length === 0,
    "nobody tries any more",
  );
});

Deno.test("a user who is disabled is told so, and is back when they are enabled", async () => {
  const place = await desk();
  const { users } = place.trellis.platform;
  const user = (await users.add({ name: "carol" }, "root")).orThrow();
  const { seed } = await place.session({ kind: "user", id: user.id });
  await using carol = await place.client(seed);
  (await users.disable(user.id, "root")).orThrow();
  const { connection } = carol.client;
  await until(() => connection.error?.code === "trellis.session.refused", "it is known");
  assertEquals(connection.state, "reconnecting");
  assertStringIncludes(connection.error?.message ?? "", "disabled");
  (await users.enable(user.id, "root")).orThrow();
  await until(() => connection.state === "connected", "they are back");
  await until(async () => (await carol.read()).isOk(), "they are answered");
});

Deno.test("a link that went without a word is noticed, and calls go on over another", async () => {
  const place = await desk();
  await using proxy = new HoldingProxy(place.trellis.url);
  const { seed } = await place.session();
  await using ada = await place.client(seed, proxy.url);
  await ada.read().orThrow();
  proxy.hold();
  const lost = await ada.read();
  assertEquals(codeOf(lost), "trellis.connection.lost");
  assertEquals(ada.client.connection.state, "reconnecting");
  proxy.cut();
  await until(async () => (await ada.read()).isOk(), "it is answered");
  await until(() => ada.client.connection.state === "connected", "it is back");
});

Deno.test("a process that slept longer than its connection lasts calls again by itself", async () => {
  const place = await desk();
  const sleepAndWake = async (url: string) => {
    const { seed, name } = await place.session();
    await using ada = startClient(url, seed);
    await ada.says({ call: "ok" });
    ada.sleep();
    await until(async () => (await place.connections(name)).length === 0, "the server closed it");
    const count = ada.said.length;
    ada.wake();
    const start = performance.now();
    await until(
      () => ada.said.slice(count).some(({ state }) => state === "connected"),
      "it is back",
    );
    await until(() => ada.said.findLast(({ call }) => call)?.call === "ok", "it calls again");
    assertLess(performance.now() - start, 30_000);
    const states = ada.said.flatMap(({ state }) => state ?? []);
    assertEquals(states.filter((state, i) => state !== states[i - 1]), [
      "connected",
      "reconnecting",
      "connected",
    ]);
  };
  await Promise.all([place.trellis.url, place.pages].map(sleepAndWake));
});

Deno.test("a process whose session was revoked while it slept says so, and tries no more", async () => {
  const place = await desk();
  const { seed, revoke } = await place.session();
  await using ada = startClient(place.trellis.url, seed);
  await ada.says({ call: "ok" });
  ada.sleep();
  await revoke();
  ada.wake();
  // It ends by itself: nothing is left that it would wait for.
  assertEquals((await ada.child.status).code, 0);
  await ada.says({ state: "closed", code: "trellis.session.refused" });
  assertEquals(ada.said.findLast(({ state }) => state)?.state, "closed");
});

/** A client in a process of its own, and the lines that it says. */
function startClient(url: string, seed: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--quiet", "-A", PROGRAM, url],
    env: { TRELLIS_SESSION_KEY_SEED: seed },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const said: { readonly call?: string; readonly state?: string; readonly code?: string }[] = [];
  let hasEnded = false;
  const hearing = (async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) said.push(JSON.parse(line));
    }
    hasEnded = true;
  })();
  return {
    child,
    said,
    says: (line: object) =>
      until(() => {
        const isSaid = said.some((heard) => JSON.stringify(heard) === JSON.stringify(line));
        if (hasEnded && !isSaid) throw new Error(`it has ended without ${JSON.stringify(line)}`);
        return isSaid;
      }, `it says ${JSON.stringify(line)}`),
    sleep: () => child.kill("SIGSTOP"),
    wake: () => child.kill("SIGCONT"),
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await child.status;
      await hearing;
    },
  };
}

Deno.test("without secured sessions a connection is back when the server is", async () => {
  await using server = await TrellisServer.start();
  await using client = await TrellisClient.connect({ contract: ordersRpc, trellisUrl: server.url })
    .orThrow();
  const states: string[] = [];
  const ended = new AbortController();
  const telling = (async () => {
    const { signal } = ended;
    for await (const { state } of client.connection.watch({ signal })) states.push(state);
  })();
  await server.kill();
  await until(() => client.connection.state === "reconnecting", "the loss is known");
  await server.startAgain();
  await until(() => client.connection.state === "connected", "it is back");
  await until(() => states.length === 3, "all is told");
  ended.abort();
  await telling;
  await client.close();
  assertEquals(states, ["connected", "reconnecting", "connected"]);
  assertEquals(client.connection.state, "closed");
  assertEquals(client.connection.error, undefined);
});
