import { assertEquals, assertStringIncludes } from "@std/assert";
import { MessagingTestServer } from "../../../tests/support/messaging_server.ts";
import { SecuredServer } from "../../../tests/support/secured_server.ts";
import { freePort } from "../../../tests/support/server_process.ts";
import { gatherWebSocketFacts, judgeWebSocket, type WebSocketFacts } from "./judge_web_socket.ts";

const ORIGIN = "https://app.example.com";

const judged = async (url: string, origins: readonly string[]) => {
  const finding = judgeWebSocket(await gatherWebSocketFacts({ url, isLocal: true, origins }));
  return [finding.state, finding.message] as const;
};

Deno.test("a server that takes pages of the named origins alone is as it should be, and others are told", async () => {
  await using server = await SecuredServer.start({ pageOrigins: [ORIGIN] });
  const url = server.webSocketUrl ?? "";
  const expected = `pages of ${ORIGIN} may connect, foreign ones may not`;
  assertEquals(await judged(url, [ORIGIN]), ["ok", expected]);
  assertEquals(await judged(url, []), ["ok", "foreign pages are refused"]);
  const other = "https://other.example.com";
  assertEquals(await judged(url, [ORIGIN, other]), ["problem", `pages of ${other} are refused`]);

  const port = freePort();
  const configText = `websocket { listen: "127.0.0.1:${port}", no_tls: true }`;
  await using open = await MessagingTestServer.start({ configText });
  assertEquals(await judged(`ws://127.0.0.1:${port}`, [ORIGIN]), [
    "problem",
    "pages of every origin may connect",
  ]);
  // What listens is no WebSocket, and then nothing does.
  const [state, message] = await judged(open.url.replace("nats:", "ws:"), [ORIGIN]);
  assertEquals(state, "problem");
  assertStringIncludes(message, "does not speak WebSocket");
  const [nothing] = await judged(`ws://127.0.0.1:${freePort()}`, [ORIGIN]);
  assertEquals(nothing, "problem");
});

Deno.test("pages need TLS, but on this machine alone", () => {
  const facts: WebSocketFacts = {
    url: "ws://nats.example.com",
    isLocal: false,
    foreign: { kind: "refused" },
    origins: [{ origin: ORIGIN, answer: { kind: "taken" } }],
  };
  assertEquals(judgeWebSocket(facts).message, "pages connect without TLS");
  assertEquals(judgeWebSocket({ ...facts, isLocal: true }).state, "ok");
  assertEquals(judgeWebSocket({ ...facts, url: "wss://nats.example.com" }).state, "ok");
});
