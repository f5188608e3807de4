import { ok, TrellisClient, TrellisService } from "../../mod.ts";
import { contend } from "./contender.ts";
import { echoContract as contract } from "./echo_contract.ts";
import { ORDER } from "./order.ts";

const [servers] = Deno.args;
const service = await TrellisService.connect({ contract, trellisUrl: servers }).orThrow();
service.handle.rpc.orders.echo(({ input }) => ok(input));
await service.serving();
const client = await TrellisClient.connect({ contract, trellisUrl: servers }).orThrow();
await contend(() => client.rpc.orders.echo(ORDER).orThrow());
