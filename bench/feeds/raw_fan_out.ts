/** Publishes each tick to an inbox of every subscriber. Arguments: the server, and how many there are. */
import { connect } from "@nats-io/transport-deno";
import { ROWS } from "./board_contract.ts";
import { tickOnRequest } from "./ticks_on_request.ts";

const [servers, subscribers] = Deno.args;
const connection = await connect({ servers });
await tickOnRequest((at) => {
  const text = JSON.stringify({ at, rows: ROWS });
  for (let n = 0; n < Number(subscribers); n++) connection.publish(`raw.ticks.${n}`, text);
});
