import { connect } from "@nats-io/transport-deno";
import { contend } from "../rpc/contender.ts";
import { ORDER } from "../rpc/order.ts";

const [servers] = Deno.args;
const responder = await connect({ servers });
responder.subscribe("raw.echo", {
  callback: (_error, message) => void message.respond(JSON.stringify(message.json())),
});
await responder.flush();
const client = await connect({ servers });
await contend(async () => (await client.request("raw.echo", JSON.stringify(ORDER))).json());
