import { assert, assertEquals } from "@std/assert";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { attemptConnect, signatureOf } from "../../../tests/support/connect_attempt.ts";
import { oldestServer } from "../../../tests/support/oldest_server.ts";
import { SecuredServer } from "../../../tests/support/secured_server.ts";
import { onWindows } from "../../../tests/support/server_process.ts";
import { until } from "../../../tests/support/until.ts";
import type { ConnectionEvent } from "../../nats/connection_events.ts";
import { LiveSessions } from "./live_sessions.ts";

/** Another process that answers for a server: lets in everybody who proves a key. */
async function answerApart(
  server: SecuredServer,
  { clockOffsetS = 0, lifetimeS = 600 } = {},
): Promise<AsyncDisposable & { readonly pid: number; end(): Promise<void> }> {
  const program = new URL("../../../tests/support/callout_process.ts", import.meta.url);
  const numbers = [String(clockOffsetS), String(lifetimeS)];
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "--quiet", program.href, server.url, server.keysDir],
      ...numbers,
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value).trim(), "ready");
  const end = async () => {
    child.kill("SIGKILL");
    await reader.cancel();
    await child.status;
  };
  let ended: Promise<void> | undefined;
  const once = () => ended ??= end();
  return { pid: child.pid, end: once, [Symbol.asyncDispose]: once };
}

/** What servers say to clients with new keys, twenty at once. */
async function connectMany(server: SecuredServer, count: number): Promise<readonly string[]> {
  const outcomes: string[] = [];
  const one = async () => {
    const key = KeyPair.generate("user");
    outcomes.push(await attemptConnect(server.url, (nonce) => honest(key, nonce)));
  };
  while (outcomes.length < count) {
    await Promise.all(Array.from({ length: Math.min(20, count - outcomes.length) }, one));
  }
  return outcomes;
}

function honest(key: KeyPair, nonce: string) {
  return { nkey: key.publicKey, sig: signatureOf(key, nonce) };
}

const letIn = (outcomes: readonly string[]) => outcomes.filter((said) => said === "PONG").length;

Deno.test({
  name:
    "of two processes that answer one may freeze, go on, and die: everybody gets in all the time",
  ignore: onWindows,
  async fn() {
    await using server = await SecuredServer.start();
    await using other = await answerApart(server);
    assertEquals(letIn(await connectMany(server, 20)), 20);
    let asked = 0;
    await server.answer(() => {
      asked++;
      return Promise.resolve({ name: "anybody", permissions: { publish: [], subscribe: [] } });
    });
    Deno.kill(other.pid, "SIGSTOP");
    assertEquals(letIn(await connectMany(server, 100)), 100);
    assertEquals(asked, 100);
    Deno.kill(other.pid, "SIGCONT");
    assertEquals(letIn(await connectMany(server, 100)), 100);
    const during = connectMany(server, 100);
    await other.end();
    assertEquals(letIn(await during), 100);
    assertEquals(letIn(await connectMany(server, 20)), 20);
  },
});

Deno.test("one that never decides holds up nobody when another does", async () => {
  await using server = await SecuredServer.start();
  await server.answer(() => new Promise(() => {}));
  await server.answer(() => Promise.resolve({ name: "anybody" }));
  assertEquals(letIn(await connectMany(server, 50)), 50);
});

Deno.test("a clock that is an hour off neither keeps anybody out nor lets anybody stay longer", async () => {
  for (const clockOffsetS of [-3600, 3600]) {
    await using server = await SecuredServer.start();
    await using _answerer = await answerApart(server, { clockOffsetS, lifetimeS: 2 });
    const events: ConnectionEvent[] = [];
    const client = (await server.open(KeyPair.generate("user"), {
      onStatus: (event) => events.push(event),
    })).orThrow();
    await client.flush();
    await until(
      () => events.some(({ kind }) => kind === "disconnected"),
      `the server closes the connection in time, with a clock ${clockOffsetS} s off`,
    );
    await client.close();
  }
});

Deno.test("hundreds of bad attempts keep nobody out, and neither fill the log nor show secrets in it", async () => {
  // Small, so that the attempts of a test are more than enough for it.
  await using server = await SecuredServer.start({ configText: "logfile_size_limit: 32KB" });
  const good = KeyPair.generate("user");
  await server.answer(({ publicKey }) =>
    Promise.resolve(publicKey === good.publicKey ? { name: "good" } : undefined)
  );
  const secret = "correct-horse-battery-staple";
  const attempts = [
    () => ({ user: "ada", pass: secret }),
    () => ({ auth_token: secret }),
    () => ({ nkey: good.publicKey, sig: "A".repeat(86) }),
    (nonce: string) => ({ nkey: good.publicKey, sig: signatureOf(stranger, nonce) }),
    (nonce: string) => ({ nkey: stranger.publicKey, sig: signatureOf(stranger, nonce) }),
    () => ({ nkey: "U".repeat(3000), sig: secret }),
  ] as const;
  const stranger = KeyPair.generate("user");
  const outcomes = new Set<string>();
  for (let round = 0; round < 12; round++) {
    const bad = Promise.all(
      Array.from(
        { length: 100 },
        async (_, i) =>
          outcomes.add(
            await attemptConnect(server.url, attempts[i % attempts.length] ?? attempts[0]),
          ),
      ),
    );
    const welcome = await attemptConnect(server.url, (nonce) => honest(good, nonce));
    assertEquals(welcome, "PONG");
    await bad;
  }
  assertEquals([...outcomes], ["-ERR 'Authorization Violation'"]);
  const dir = new URL(".", `file://${server.logFile}`);
  let bytes = 0;
  for await (const { name } of Deno.readDir(dir)) {
    const text = await Deno.readTextFile(new URL(name, dir));
    bytes += text.length;
    for (const shown of [secret, good.seed, server.keys.issuer.seed]) assert(!text.includes(shown));
  }
  assert(bytes < 3 * 32 * 1024, `${bytes} bytes of log`);
});

Deno.test("the oldest server that is supported asks, refuses and closes in the same way", async () => {
  const binary = await oldestServer();
  if (binary === undefined) return;
  await using server = await SecuredServer.start({ binary });
  const good = KeyPair.generate("user");
  const { admin } = server.keys;
  const known = new Map([[good.publicKey, "good"], [admin.publicKey, "admin"]]);
  await server.answer(() => new Promise(() => {}));
  await server.answer(({ publicKey }) => {
    const name = known.get(publicKey);
    return Promise.resolve(name === undefined ? undefined : { name });
  });
  const events: ConnectionEvent[] = [];
  const client = (await server.open(good, { onStatus: (event) => events.push(event) })).orThrow();
  const stranger = await attemptConnect(
    server.url,
    (nonce) => honest(KeyPair.generate("user"), nonce),
  );
  assertEquals(stranger, "-ERR 'Authorization Violation'");
  const said = await attemptConnect(server.url, (nonce) => ({ sig: signatureOf(admin, nonce) }));
  assertEquals(said, "PONG");
  const live = new LiveSessions(await server.sys());
  assertEquals((await live.close("good")).orThrow(), 1);
  await until(() => events.some(({ kind }) => kind === "disconnected"), "it is closed");
  await client.close();
});
