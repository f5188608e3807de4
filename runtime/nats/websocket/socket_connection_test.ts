import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { SessionKey } from "../../../contracts/identity/session_key.ts";
import { WebKey } from "../../../contracts/identity/web_key.ts";
import { until } from "../../../tests/support/until.ts";
import { SecuredServer } from "../../../tests/support/secured_server.ts";
import { freePort } from "../../../tests/support/server_process.ts";
import "../../host/web_host.ts";
import { openLink } from "../connection.ts";
import { EncodedHeaders } from "../headers/prepared_headers.ts";
import { headerText } from "../headers/received_headers.ts";
import type { WireMessage } from "../link/link.ts";
import { SocketConnection } from "./socket_connection.ts";

const port = freePort();
const servers = `ws://127.0.0.1:${port}`;
const configText = `websocket { listen: "127.0.0.1:${port}", no_tls: true }`;
const decode = ({ data }: WireMessage) => new TextDecoder().decode(data);

/** A key that signs late, as those of browsers do. */
async function lateKey(fails = false): Promise<SessionKey> {
  const key = await WebKey.generate();
  return {
    publicKey: key.publicKey,
    async sign(bytes) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (fails) throw new Error("this key is forgotten");
      return await key.sign(bytes);
    },
  };
}

Deno.test("over WebSocket, a connection does all that clients need, and comes back", async () => {
  await using secured = await SecuredServer.start({ configText });
  const admitted: string[] = [];
  await secured.answer(({ publicKey = "" }) => {
    admitted.push(publicKey);
    const allow = ["to.>", "_INBOX.>"];
    return Promise.resolve({ name: "late", permissions: { publish: allow, subscribe: allow } });
  });
  const key = await lateKey();
  const options = { servers, pingInterval: 1000, reconnectDelayHandler: () => 100 };
  const connection = await SocketConnection.open(options, key);
  const happened: string[] = [];
  const watching = (async () => {
    for await (const { type } of connection.status()) happened.push(type);
  })();
  const heard: WireMessage[] = [];
  const subscription = connection.subscribe("to.me", {
    callback: (_, msg) => void heard.push(msg),
  });
  const headers = new EncodedHeaders();
  headers.bytes = new TextEncoder().encode("NATS/1.0\r\nA: ä\r\n\r\n");
  const large = "ö".repeat(400_000);
  connection.publish("to.me", "{}", { headers, reply: "to.you" });
  connection.publish("to.me", large);
  await connection.flush();
  assertEquals(heard.map(headerText), ["NATS/1.0\r\nA: ä\r\n\r\n", ""]);
  assertEquals(heard.map(decode), ["{}", large]);
  assertEquals(heard[0]?.reply, "to.you");
  assertThrows(() => connection.publish("to.me", "x".repeat(2 ** 21)), Error, "max_payload");
  assertThrows(() => connection.publish("to me"), Error, "illegal subject");

  const none = await assertRejects(() => connection.request("to.nobody", "", { timeout: 5000 }));
  assertEquals(none instanceof Error && none.name, "NoResponders");
  connection.subscribe("to.echo", {
    callback: (_, { reply = "", data }) => connection.publish(reply, data),
  });
  assertEquals(decode(await connection.request("to.echo", "hi", { timeout: 5000 })), "hi");
  const denials: string[] = [];
  const denied = connection.subscribe("elsewhere", {
    callback: (cause) => void denials.push(cause?.name ?? ""),
  });
  await denied.closed;
  assertEquals([denials, denied.isClosed()], [["PermissionViolationError"], true]);

  // Without a word from the server the connection counts as lost; then as one that has ended.
  Deno.kill(secured.pid, "SIGSTOP");
  await until(() => happened.includes("disconnect"), "the loss is noticed");
  assertEquals(connection.info, undefined);
  await assertRejects(() => connection.flush(), Error, "disconnected");
  Deno.kill(secured.pid, "SIGCONT");
  await until(() => happened.includes("reconnect"), "it is back");
  happened.length = heard.length = 0;
  await secured.kill();
  await until(() => happened.includes("disconnect"), "the end is noticed");
  await secured.startAgain();
  await until(() => happened.includes("reconnect"), "it is back again");
  connection.publish("to.me", "again");
  await subscription.drain();
  assertEquals(heard.map(decode), ["again"]);
  assert(admitted.length >= 3 && admitted.every((one) => one === key.publicKey));

  await connection.close();
  await watching;
  assertEquals(await connection.closed(), undefined);
  assertThrows(() => connection.publish("to.me"), Error, "closed connection");
  await assertRejects(() => connection.flush(), Error, "closed connection");
});

Deno.test("over WebSocket, who is not let in learns why", async () => {
  await using secured = await SecuredServer.start({ configText });
  await secured.answer(() => Promise.resolve(undefined));
  const codeOf = async (key: SessionKey, at = servers) => {
    const opened = await openLink({ servers: at, name: "refused", key });
    return opened.isErr() ? opened.error.code : "let in";
  };
  assertEquals(await codeOf(await lateKey()), "trellis.connection.unauthorized");
  assertEquals(await codeOf(await lateKey(true)), "trellis.connection.refused");
  assertEquals(await codeOf(await lateKey(), "ws://127.0.0.1:1"), "trellis.connection.refused");
  const plain = Deno.serve({ port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => socket.send("hello\r\n");
    return response;
  });
  assertEquals(
    await codeOf(await lateKey(), `ws://127.0.0.1:${plain.addr.port}`),
    "trellis.connection.refused",
  );
  await plain.shutdown();
});
