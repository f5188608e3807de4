import { isRecord } from "../../contracts/json/json.ts";
import { linesOf } from "../measure/lines.ts";
import { type Call, type Load, run } from "../measure/load.ts";
import { ORDER } from "./order.ts";

/**
 * Makes the process a contender: each line of its input is a load, each answer a figure. It ends with
 * its input. Client and responder are in this one process, on a connection each, for all alike.
 * Each has a subject of its own, because all share one server.
 */
export async function contend(call: Call): Promise<void> {
  const answer = await call();
  if (!isRecord(answer) || answer.orderId !== ORDER.orderId) throw new Error("no echo came back");
  say({ ready: true });
  for await (const line of linesOf(Deno.stdin.readable)) {
    // Written by the process that started this one.
    say({ figure: await run(JSON.parse(line) as Load, call) });
  }
}

function say(message: object): void {
  console.log(JSON.stringify(message));
}
