import { credsAuthenticator } from "@nats-io/transport-deno";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { adminCreds } from "../../../cli/nats_server/security/admin_creds.ts";
import {
  attemptConnect,
  type ConnectOptions,
  signatureOf,
} from "../../../tests/support/connect_attempt.ts";
import { SecuredServer } from "../../../tests/support/secured_server.ts";
import { shared } from "../../../tests/support/shared.ts";
import { until } from "../../../tests/support/until.ts";
import type { ConnectionEvent } from "../../nats/connection_events.ts";
import { CurveKey } from "../../nats/curve_box.ts";
import type { ConnectRequest } from "../connect_request.ts";
import { type Admission, AuthCallout } from "./auth_callout.ts";

const VIOLATION = "-ERR 'Authorization Violation'";
const ANYBODY: Admission = {
  name: "anybody",
  permissions: { publish: ["orders.make"], subscribe: ["_INBOX.own.>"] },
  lifetimeS: 600,
};

/** A server whose callout knows some keys, and no others. */
class Door implements AsyncDisposable {
  /** Who may come in. */
  readonly known = new Map<string, Admission>();
  /** What was asked. */
  readonly requests: ConnectRequest[] = [];

  private constructor(readonly server: SecuredServer) {}

  static async start(): Promise<Door> {
    const door = new Door(await SecuredServer.start());
    await door.server.answer((request) => {
      door.requests.push(request);
      return Promise.resolve(door.known.get(request.publicKey));
    });
    return door;
  }

  /** A new key that is let in. */
  key(admission: Admission = ANYBODY): KeyPair {
    const key = KeyPair.generate("user");
    this.known.set(key.publicKey, admission);
    return key;
  }

  attempt(say: (nonce: string) => ConnectOptions): Promise<string> {
    return attemptConnect(this.server.url, say);
  }

  async log(): Promise<string> {
    return await Deno.readTextFile(this.server.logFile);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

const shareDoor = shared(() => Door.start());

/** What a client with this key says. */
function honest(key: KeyPair): (nonce: string) => ConnectOptions {
  return (nonce) => ({ nkey: key.publicKey, sig: signatureOf(key, nonce) });
}

Deno.test("a known key gets in, and may do exactly what it was admitted to", async () => {
  const { server, key, requests } = await open();
  const events: ConnectionEvent[] = [];
  const client = (await server.open(key, {
    session: "own",
    onStatus: (event) => events.push(event),
  })).orThrow();
  const request = requests.find(({ publicKey }) => publicKey === key.publicKey);
  assertEquals([request?.transport, request?.host], ["nats", "127.0.0.1"]);
  assert(request !== undefined && request.connectionId > 0);
  const platform = await server.platform();
  const heard: string[] = [];
  platform.subscribe(">", {
    callback: (_, message) => {
      if (message.subject.startsWith("_INBOX")) return;
      heard.push(message.subject);
      message.respond("answer");
    },
  });
  await platform.flush();
  const forbidden = ["orders.make.more", "orders", "other", "$JS.API.INFO", "$SYS.REQ.USER.AUTH"];
  for (const subject of forbidden) client.publish(subject, "x");
  for (const subject of ["orders.make", ">", "_INBOX.>", "_INBOX.other.>", "$SYS.>"]) {
    client.subscribe(subject, { callback: () => {} });
  }
  assertEquals((await client.request("orders.make", "x", { timeout: 10_000 })).string(), "answer");
  const denied = () => events.flatMap((event) => event.kind === "denied" ? [event.subject] : []);
  await until(() => denied().length === 10, "all that is forbidden was denied");
  assertEquals(heard, ["orders.make"]);
  assertEquals(denied().slice(0, 5), forbidden);
});

async function open() {
  const door = await shareDoor();
  return { server: door.server, key: door.key(), requests: door.requests };
}

Deno.test("whoever proves nothing is refused, at once and with the reason in the server's log", async () => {
  const door = await shareDoor();
  const key = door.key();
  const other = KeyPair.generate("user");
  const said: { sig?: string } = {};
  const seen = await door.attempt((nonce) => {
    said.sig = signatureOf(key, nonce);
    return { nkey: key.publicKey, sig: said.sig };
  });
  assertEquals(seen, "PONG");
  const { publicKey: nkey } = key;
  const attempts: readonly (readonly [string, (nonce: string) => ConnectOptions, string])[] = [
    ["replayed signature", () => ({ nkey, sig: said.sig }), "challenge is not signed"],
    ["another's signature", (nonce) => ({ nkey, sig: signatureOf(other, nonce) }), "not signed"],
    ["no signature", () => ({ nkey }), "challenge is not signed"],
    ["garbage signature", () => ({ nkey, sig: "*".repeat(86) }), "challenge is not signed"],
    ["short signature", () => ({ nkey, sig: "AAAA" }), "challenge is not signed"],
    ["other text signed", () => ({ nkey, sig: signatureOf(key, "") }), "challenge is not signed"],
    ["no key", () => ({}), "no key was shown"],
    ["password only", () => ({ user: "ada", pass: "hunter2-hunter2" }), "no key was shown"],
    ["token only", () => ({ auth_token: "hunter2-hunter2" }), "no key was shown"],
    ["garbage key", (nonce) => ({ nkey: "U*>", sig: signatureOf(key, nonce) }), "not signed"],
    ["lower case", (nonce) => ({ ...honest(key)(nonce), nkey: nkey.toLowerCase() }), "not signed"],
    ["token of creds", (nonce) => ({ jwt: "a.b.c", sig: signatureOf(key, nonce) }), "not signed"],
    ["unknown key", honest(other), "not admitted"],
  ];
  for (const [name, say, reason] of attempts) {
    const before = (await door.log()).length;
    assertEquals(await door.attempt(say), VIOLATION, name);
    const isLogged = async () => (await door.log()).slice(before).includes(reason);
    await until(isLogged, `the server logs why: ${name}`);
  }
  const log = await door.log();
  for (const secret of ["hunter2", said.sig ?? "-", key.seed, door.server.keys.issuer.seed]) {
    assert(!log.includes(secret));
  }
  // What the platform's own keys may do is for nobody else either.
  const { platform } = door.server.keys;
  const stolen = (nonce: string) => ({ nkey: platform.publicKey, sig: signatureOf(other, nonce) });
  assertEquals(await door.attempt(stolen), VIOLATION);
});

Deno.test("the admin comes in with the credentials file, which the server passes on without its token", async () => {
  const door = await shareDoor();
  const { admin } = door.server.keys;
  door.known.set(admin.publicKey, { name: "admin" });
  const creds = adminCreds(door.server.keys);
  // The library for JavaScript shows the key, those for other languages only sign.
  const authenticator = credsAuthenticator(new TextEncoder().encode(creds));
  await (await door.server.plain({ authenticator })).flush();
  const jwt = creds.split("\n")[1];
  const say = (nonce: string) => ({ jwt, sig: signatureOf(admin, nonce) });
  assertEquals(await door.attempt(say), "PONG");
  assertEquals(door.requests.at(-1)?.publicKey, admin.publicKey);
  const thief = (nonce: string) => ({ jwt, sig: signatureOf(KeyPair.generate("user"), nonce) });
  assertEquals(await door.attempt(thief), VIOLATION);
});

Deno.test("a refusal reaches our clients as a typed error", async () => {
  const { server } = await shareDoor();
  const refused = await server.open(KeyPair.generate("user"));
  assert(refused.isErr());
  assertEquals(refused.error.code, "trellis.connection.unauthorized");
});

Deno.test("a connection is closed when its admission ends, and asks again by itself", async () => {
  const door = await shareDoor();
  const key = door.key({ ...ANYBODY, lifetimeS: 1 });
  const events: ConnectionEvent[] = [];
  const client = (await door.server.open(key, { onStatus: (event) => events.push(event) }))
    .orThrow();
  const asked = () => door.requests.filter(({ publicKey }) => publicKey === key.publicKey).length;
  await until(() => asked() >= 2, "the client was asked for again");
  await until(() => events.some(({ kind }) => kind === "reconnected"), "it is back");
  await client.close();
  // One that has ended before it began lets nobody in.
  const late = door.key({ ...ANYBODY, lifetimeS: -5 });
  assertEquals(await door.attempt(honest(late)), VIOLATION);
  assertStringIncludes(await door.log(), "expired");
});

Deno.test("when deciding fails the client is refused, and the failure is reported", async () => {
  await using server = await SecuredServer.start();
  const failures: unknown[] = [];
  const reason = new Error("the store cannot be read");
  await server.answer(() => Promise.reject(reason), (cause) => failures.push(cause));
  assertEquals(await attemptConnect(server.url, honest(KeyPair.generate("user"))), VIOLATION);
  assertEquals(failures, [reason]);
});

Deno.test("what no server has sealed is not answered, and harms nobody", async () => {
  const door = await shareDoor();
  const intruder = await door.server.callout(1);
  const stranger = CurveKey.generate().with(door.server.keys.xkey.publicKey);
  const answers: string[] = [];
  intruder.subscribe("answer", {
    callback: (_, { data }) => {
      answers.push(String(data));
    },
  });
  const before = door.requests.length;
  const bodies = ["", "{}", "x".repeat(100_000), stranger?.seal(new Uint8Array(300)) ?? ""];
  for (const body of bodies) {
    intruder.publish("$SYS.REQ.USER.AUTH", body, { reply: "answer" });
  }
  await intruder.flush();
  assertEquals(await door.attempt(honest(door.key())), "PONG");
  await intruder.flush();
  assertEquals(answers, []);
  assertEquals(door.requests.length, before + 1);
});

Deno.test("an answerer with another key for what is sealed lets nobody in", async () => {
  await using server = await SecuredServer.start();
  const { issuer } = server.keys;
  const parts = {
    connection: await server.callout(),
    account: "TRELLIS",
    admit: () => Promise.resolve(ANYBODY),
    onError: (cause: unknown) => {
      throw cause;
    },
  };
  await using _foreign = new AuthCallout({ ...parts, issuer, xkey: CurveKey.generate() });
  await parts.connection.flush();
  assertEquals(await attemptConnect(server.url, honest(KeyPair.generate("user"))), VIOLATION);
});

Deno.test("an answer of another issuer lets nobody in", async () => {
  await using server = await SecuredServer.start();
  const connection = await server.callout();
  await using _foreign = new AuthCallout({
    connection,
    issuer: KeyPair.generate("account"),
    xkey: server.keys.xkey,
    account: "TRELLIS",
    admit: () => Promise.resolve(ANYBODY),
    onError: (cause) => {
      throw cause;
    },
  });
  await connection.flush();
  assertEquals(await attemptConnect(server.url, honest(KeyPair.generate("user"))), VIOLATION);
});

Deno.test("half a megabyte of subjects is told to the server, and what is too much for a message is refused and said", async () => {
  await using server = await SecuredServer.start();
  const subjects = (bytes: number) =>
    Array.from({ length: bytes / 100 }, (_, at) => `rpc.v1.${at}.`.padEnd(97, "a"));
  let publish = subjects(500_000);
  const failures: unknown[] = [];
  await server.answer(
    () => Promise.resolve({ ...ANYBODY, permissions: { publish, subscribe: ["_INBOX.>"] } }),
    (cause) => failures.push(cause),
  );
  const key = KeyPair.generate("user");
  (await server.open(key)).orThrow();
  assertEquals(failures, []);
  publish = subjects(1_000_000);
  const refused = await server.open(key);
  assertEquals(refused.isErr() && refused.error.code, "trellis.connection.unauthorized");
  assertStringIncludes(String(failures[0]), "what a session may do takes");
});
