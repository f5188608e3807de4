import { connect as openSocket } from "node:net";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { TrellisClient } from "../../mod.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { RunningProject } from "../e2e/support/running_project.ts";
import { app } from "./echo_contract.ts";

const ORIGIN = "http://localhost:5173";
const FOREIGN = ["http://localhost:5174", "https://localhost:5173", "https://evil.example"];

/** How a server answers who wants to speak WebSocket with it. */
function handshake(url: string, origin: string): Promise<string> {
  const { hostname, port, host } = new URL(url);
  const socket = openSocket(Number(port), hostname);
  socket.write(
    `GET / HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nConnection: Upgrade\r\n` +
      "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("data", (data: Uint8Array) => {
      socket.destroy();
      resolve(new TextDecoder().decode(data).split("\r\n")[0] ?? "");
    });
  });
}

Deno.test("dev lets pages of named origins connect, tells them where, and no others", async () => {
  await using running = await RunningProject.shop({
    words: ["dev", "--no-watch", "--origin", ORIGIN],
  });
  await running.dev.until("log in  ");
  await running.dev.until("\n");
  const [portal = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(running.dev.stderr) ?? [];
  const ask = (origin: string) =>
    fetch(`${portal}/.well-known/trellis.json`, { headers: { Origin: origin } });

  const answer = await ask(ORIGIN);
  assertEquals(answer.headers.get("Access-Control-Allow-Origin"), ORIGIN);
  const { servers: [tcp, webSocket], ...rest } = await answer.json();
  assertEquals(rest, { portal });
  assertMatch(tcp, /^nats:\/\/127\.0\.0\.1:\d+$/);
  assertMatch(webSocket, /^ws:\/\/127\.0\.0\.1:\d+$/);

  assertMatch(await handshake(webSocket, ORIGIN), /^HTTP\/1\.1 101 /);
  for (const origin of FOREIGN) {
    assertMatch(await handshake(webSocket, origin), /^HTTP\/1\.1 403 /);
    const { headers, body } = await ask(origin);
    await body?.cancel();
    assertEquals(headers.get("Access-Control-Allow-Origin"), null);
  }

  // The address of the portal is enough to find the server, which does not know this key.
  const { seed: sessionKeySeed } = KeyPair.generate("user");
  const stranger = await TrellisClient.connect({
    contract: app,
    trellisUrl: portal,
    sessionKeySeed,
  });
  assert(stranger.isErr());
  assertEquals(stranger.error.code, "trellis.session.refused");
});
