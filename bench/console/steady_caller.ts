/** Calls again and again, 64 calls at a time, until its input ends. Argument: where the server is. */
import { TrellisClient } from "../../mod.ts";
import { linesOf } from "../measure/lines.ts";
import { echoContract as contract } from "../rpc/echo_contract.ts";
import { ORDER } from "../rpc/order.ts";

const [trellisUrl] = Deno.args;
const client = await TrellisClient.connect({ contract, trellisUrl }).orThrow();
let done = false;
const calling = Array.from({ length: 64 }, async () => {
  while (!done) await client.rpc.orders.echo(ORDER).orThrow();
});
console.log(JSON.stringify({ ready: true }));
for await (const _ of linesOf(Deno.stdin.readable));
done = true;
await Promise.all(calling);
