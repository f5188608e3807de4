import type { NatsConnection } from "@nats-io/transport-deno";
import { assertEquals } from "@std/assert";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { freePorts } from "../../../tests/support/nats_cluster.ts";
import { SecuredServer } from "../../../tests/support/secured_server.ts";
import { until } from "../../../tests/support/until.ts";
import { LiveSessions } from "./live_sessions.ts";

/** Lets in everybody, under the name that stands for their key. */
async function admitByName(server: SecuredServer): Promise<void> {
  await server.answer(({ publicKey }) => Promise.resolve({ name: nameOf(publicKey) }));
}

const nameOf = (publicKey: string) => `u-${publicKey.slice(0, 8)}`;

Deno.test("the connections of a session are found, and closed within a second; no others are", async () => {
  await using server = await SecuredServer.start();
  await admitByName(server);
  const [key, other] = [KeyPair.generate("user"), KeyPair.generate("user")];
  const clients = await Promise.all(
    Array.from(
      { length: 3 },
      (_, i) => server.plain({ name: `tab ${i}`, authenticator: answering(key) }),
    ),
  );
  const bystander = (await server.open(other)).orThrow();
  const live = new LiveSessions(await server.sys());
  const name = nameOf(key.publicKey);
  const found = (await live.find(name)).orThrow();
  assertEquals(found.map(({ client }) => client).sort(), ["tab 0", "tab 1", "tab 2"]);
  assertEquals(new Set(found.map(({ serverId }) => serverId)).size, 1);
  const all = (await live.find()).orThrow();
  assertEquals(all.filter((session) => session.name === name), found);
  assertEquals(all.some((session) => session.name === nameOf(other.publicKey)), true);
  assertEquals(
    found.every(({ host, since }) => host === "127.0.0.1" && Date.parse(since) > 0),
    true,
  );

  const ended = Promise.all(clients.map((client) => client.closed()));
  const begin = performance.now();
  const closing = live.close(name);
  await ended;
  const took = performance.now() - begin;
  assertEquals((await closing).orThrow(), 3);
  assertEquals(took < 5000, true, `it took ${took} ms`);
  assertEquals((await live.find(name)).orThrow(), []);
  assertEquals((await live.find(nameOf(other.publicKey))).orThrow().length, 1);
  await bystander.flush();

  assertEquals((await live.close(name)).orThrow(), 0);
  const [gone] = found;
  assertEquals(gone && (await live.closeOne(gone)).orThrow(), false);
});

function answering(key: KeyPair) {
  return (nonce = "") => {
    const signature = key.sign(new TextEncoder().encode(nonce));
    const sig = signature.toBase64({ alphabet: "base64url", omitPadding: true });
    return { nkey: key.publicKey, sig };
  };
}

Deno.test("more connections than a server names at once are all found and closed", async () => {
  await using server = await SecuredServer.start();
  await admitByName(server);
  const key = KeyPair.generate("user");
  const count = 300;
  const clients: NatsConnection[] = [];
  while (clients.length < count) {
    const some = Array.from({ length: 20 }, () => server.plain({ authenticator: answering(key) }));
    clients.push(...await Promise.all(some));
  }
  const live = new LiveSessions(await server.sys());
  const found = (await live.find(nameOf(key.publicKey))).orThrow();
  assertEquals(new Set(found.map(({ connectionId }) => connectionId)).size, count);
  assertEquals((await live.close(nameOf(key.publicKey))).orThrow(), count);
  await Promise.all(clients.map((client) => client.closed()));
});

Deno.test("the servers of a cluster are all asked, whichever has the connection", async () => {
  const [one = 0, two = 0] = freePorts(2);
  const cluster = (port: number) =>
    `cluster { name: c, listen: "127.0.0.1:${port}", routes: ["nats://127.0.0.1:${one}"] }`;
  await using first = await SecuredServer.start({ configText: cluster(one) });
  await using second = await SecuredServer.start({
    keysDir: first.keysDir,
    configText: cluster(two),
  });
  await admitByName(first);
  const key = KeyPair.generate("user");
  const onSecond = () => second.plain({ authenticator: answering(key) });
  const clients = [await first.plain({ authenticator: answering(key) })];
  // Until the two have found each other nobody answers for the second.
  await until(async () => {
    const client = await onSecond().catch(() => undefined);
    if (client !== undefined) clients.push(client);
    return client !== undefined;
  }, "the second server lets clients in");
  const live = new LiveSessions(await first.sys());
  const name = nameOf(key.publicKey);
  const found = (await live.find(name)).orThrow();
  assertEquals(new Set(found.map(({ serverId }) => serverId)).size, 2);
  assertEquals((await live.close(name)).orThrow(), 2);
  await Promise.all(clients.map((client) => client.closed()));
});

Deno.test("without the system account it fails, and says what it was about", async () => {
  await using server = await SecuredServer.start();
  const live = new LiveSessions(await server.platform());
  const closed = await live.closeOne({
    name: "",
    serverId: "N",
    connectionId: 1,
    client: "",
    host: "",
    since: "",
  });
  assertEquals(closed.isErr() && closed.error.code, "trellis.rpc.unavailable");
  assertEquals(closed.isErr() && closed.error.message.includes("closing connection 1"), true);
});

Deno.test("what is closed once more is what was open before, not what has come since", async () => {
  await using server = await SecuredServer.start();
  await admitByName(server);
  const [key, other] = [KeyPair.generate("user"), KeyPair.generate("user")];
  const open = (key: KeyPair) => server.plain({ authenticator: answering(key) });
  const live = new LiveSessions(await server.sys());
  const isMeant = (name: string) => name === nameOf(key.publicKey);
  const bystander = await open(other);
  const first = await open(key);
  const opened = (await live.closeAll(isMeant)).orThrow();
  await first.closed();
  const second = await open(key);
  (await live.closeAll(isMeant, opened)).orThrow();
  await second.flush();
  (await live.closeAll(isMeant)).orThrow();
  await second.closed();
  await bystander.flush();
});
