/**
 * A program that calls the desk without a pause, as somebody's laptop: a line of JSON for each change of its
 * connection and for the outcome of each call, where it is another one than before. Arguments: address.
 */
import { TrellisClient } from "../../../mod.ts";
import { dialWebSocket } from "../../../runtime/nats/websocket/dial_websocket.ts";
import { diallers } from "../../../runtime/nats/dial/dialler.ts";
import { app } from "./desk.ts";

// As in a page.
diallers.set("websocket", dialWebSocket);

const [trellisUrl = ""] = Deno.args;
await using client = await TrellisClient.connect({ contract: app, trellisUrl }).orThrow();

function say(line: object): void {
  console.log(JSON.stringify(line));
}

async function call(): Promise<void> {
  let before = "";
  while (client.connection.state !== "closed") {
    const answer = await client.rpc.desk.read({ id: "1" }, { timeoutMs: 30_000 });
    const outcome = answer.isOk() ? "ok" : "code" in answer.error ? answer.error.code : "other";
    if (outcome !== before) say({ call: before = String(outcome) });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const calling = call();
for await (const { state, error } of client.connection.watch()) say({ state, code: error?.code });
await calling;
