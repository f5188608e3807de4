import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { CertificateAuthority } from "../../links/transport-deno/testing/certificates.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { isErr } from "../../contracts/result.ts";
import { openConnection } from "./connection.ts";
import type { ConnectionEvent } from "./connection_events.ts";
import { MessagingTestServer } from "../../tests/support/messaging_server.ts";
import { until } from "../../tests/support/until.ts";
import { SecuredServer } from "../../tests/support/secured_server.ts";
import { isSessionToken, newSessionToken } from "./session_token.ts";
import "../host/deno_host.ts";

const PASSWORD = "s3cret-p@ss";

Deno.test("a server that is not there refuses at once, without showing credentials", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr; // a TCP listener's address
  listener.close();
  const servers = `nats://ann:${PASSWORD}@127.0.0.1:${port}`;
  const opened = (await openConnection({ servers, name: "test" })).take();
  if (!isErr(opened)) throw new Error("connected to nothing");
  assertEquals(opened.error.code, "trellis.connection.refused");
  assertStringIncludes(opened.error.message, `nats://127.0.0.1:${port}`);
  assertEquals(opened.error.message.includes("p@ss"), false);
  assertEquals(opened.error.retryable, true);
});

Deno.test("a server that says nothing is given up after the timeout", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr; // a TCP listener's address
  const accepted: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) accepted.push(connection);
  })();
  const settings = { servers: `127.0.0.1:${port}`, name: "test", timeoutMs: 100 };
  const opened = (await openConnection(settings)).take();
  listener.close();
  await accepting;
  for (const connection of accepted) connection.close();
  if (!isErr(opened)) throw new Error("connected to nothing");
  assertEquals(opened.error.code, "trellis.connection.refused");
  assertStringIncludes(opened.error.message, "100 ms");
});

Deno.test("wrong credentials are distinguished from a server that is not there", async () => {
  const configText = `authorization { user: ann, password: "${PASSWORD}" }`;
  await using server = await MessagingTestServer.start({ configText });
  const settings = { servers: server.url, name: "test", user: "ann" };
  const refused = (await openConnection({ ...settings, pass: "wrong" })).take();
  if (!isErr(refused)) throw new Error("connected with a wrong password");
  assertEquals(refused.error.code, "trellis.connection.unauthorized");
  const opened = (await openConnection({ ...settings, pass: PASSWORD })).orThrow();
  await opened.close();
});

Deno.test("an address with tls:// tells a server without TLS nothing", async () => {
  await using server = await MessagingTestServer.start();
  const servers = `tls://ann:${PASSWORD}@127.0.0.1:${server.port}`;
  const opened = (await openConnection({ servers, name: "test" })).take();
  if (!isErr(opened)) throw new Error("connected in the clear");
  assertEquals(opened.error.code, "trellis.connection.refused");
  assertStringIncludes(opened.error.message, "tls");
});

Deno.test("a server of an unknown authority is refused with what makes it known", async () => {
  const { cert, key } = new CertificateAuthority("of nobody here").issue("server");
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(join(dir, "server.crt"), cert);
  await Deno.writeTextFile(join(dir, "server.key"), key);
  const files = `cert_file: "${dir}/server.crt", key_file: "${dir}/server.key"`;
  await using server = await MessagingTestServer.start({ configText: `tls { ${files} }` });
  const servers = `tls://127.0.0.1:${server.port}`;
  const opened = (await openConnection({ servers, name: "test" })).take();
  await Deno.remove(dir, { recursive: true });
  if (!isErr(opened)) throw new Error("connected to a server of an unknown authority");
  assertStringIncludes(opened.error.hint, "DENO_CERT");
});

Deno.test("a server that takes no more clients is named as such", async () => {
  await using server = await MessagingTestServer.start({ configText: "max_connections: 1" });
  const settings = { servers: server.url, name: "test", timeoutMs: 200 };
  // Whoever has looked whether the server is ready may count as a client for a moment.
  const first = (await openConnection({ ...settings, waitMs: 20_000 })).orThrow();
  const second = (await openConnection(settings)).take();
  await first.close();
  if (!isErr(second)) throw new Error("connected beyond the limit");
  assertEquals(second.error.code, "trellis.connection.refused");
  assertStringIncludes(second.error.message, "max_connections");
});

Deno.test("a server that is too old is refused with the version that is needed", async () => {
  await using server = await MessagingTestServer.start();
  await using old = agedServer(server.port);
  const opened = (await openConnection({ servers: `127.0.0.1:${old.port}`, name: "test" })).take();
  if (!isErr(opened)) throw new Error("connected to a server that is too old");
  assertEquals(opened.error.code, "trellis.server.unsupported");
  assertStringIncludes(opened.error.message, "2.9.25");
  assertStringIncludes(opened.error.message, "2.10.0");
});

Deno.test("session tokens are 32 characters of base32, and nothing that widens a subject", () => {
  assertMatch(newSessionToken(), /^[a-z2-7]{32}$/);
  assertEquals(new Set(Array.from({ length: 100 }, newSessionToken)).size, 100);
  for (const wrong of ["", "a.b", "*", ">", "a b", "a\r\n", "ä", "a".repeat(129)]) {
    assertEquals(isSessionToken(wrong), false, JSON.stringify(wrong));
  }
});

Deno.test("a session that would widen the inbox is a bug", async () => {
  const settings = { servers: "127.0.0.1:1", name: "test", session: "*" };
  await assertRejects(() => openConnection(settings), TypeError);
});

Deno.test("a listener hears of loss, return, denial and end", async () => {
  const configText = `authorization { users [
    { user: ann, password: pw, permissions { publish: { deny: "closed.>" } } }
  ] }`;
  await using server = await MessagingTestServer.start({ configText });
  const events: ConnectionEvent[] = [];
  const connection = (await openConnection({
    servers: server.url,
    name: "test",
    user: "ann",
    pass: "pw",
    onStatus: (event) => events.push(event),
  })).orThrow();
  const kinds = () => events.map(({ kind }) => kind);

  connection.publish("closed.door");
  await until(() => kinds().includes("denied"), "the denial is heard of");
  const denied = events.find((event) => event.kind === "denied");
  assertEquals(denied?.subject, "closed.door");
  assertEquals(denied?.operation, "publish");
  assertEquals(denied?.error.code, "trellis.permission.denied");

  await server.kill();
  await until(() => kinds().includes("disconnected"), "the loss is heard of");
  await server.startAgain();
  await until(() => kinds().includes("reconnected"), "the return is heard of");

  await connection.close();
  await until(() => kinds().includes("closed"), "the end is heard of");
  assertEquals(events.at(-1), { kind: "closed", error: undefined });
});

/** The server on `port`, behind a proxy that makes it introduce itself as an old version. */
function agedServer(port: number): AsyncDisposable & { readonly port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const serve = async () => {
    for await (const client of listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      open.push(client, server);
      const age = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          const text = new TextDecoder().decode(chunk);
          const aged = text.replace(/"version":"[^"]*"/, `"version":"2.9.25"`);
          controller.enqueue(new TextEncoder().encode(aged));
        },
      });
      const ended = () => {};
      client.readable.pipeTo(server.writable).catch(ended);
      server.readable.pipeThrough(age).pipeTo(client.writable).catch(ended);
    }
  };
  const serving = serve();
  return {
    port: (listener.addr as Deno.NetAddr).port, // a TCP listener's address
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      for (const connection of open) {
        try {
          connection.close();
        } catch {
          // Its stream closed it already.
        }
      }
    },
  };
}

Deno.test("where nobody says whether a key may come in, that is said, and tried again for as long as wanted", async () => {
  await using server = await SecuredServer.start();
  const key = KeyPair.generate("user");
  const alone = await server.open(key);
  if (!alone.isErr()) throw new Error("nobody let it in");
  assertEquals([alone.error.code, alone.error.retryable], ["trellis.connection.refused", true]);
  assertStringIncludes(alone.error.message, "got no answer");
  const waiting = server.open(key, { waitMs: 60_000 });
  await server.answer(() => Promise.resolve({ name: "anybody" }));
  assertEquals((await waiting).orThrow().isClosed(), false);
});

Deno.test("a key that is refused is refused at once, and not tried again", async () => {
  await using server = await SecuredServer.start();
  await server.answer(() => Promise.resolve(undefined));
  const refused = await server.open(KeyPair.generate("user"), { waitMs: 60_000 });
  if (!refused.isErr()) throw new Error("it was let in");
  assertEquals(refused.error.code, "trellis.connection.unauthorized");
});
