import { readFileSync } from "node:fs";
import process from "node:process";
import { connect, nkeyAuthenticator } from "@nats-io/transport-node";

const seed = readFileSync("helper.seed", "utf8").trim();
const { session } = JSON.parse(readFileSync("helper.json", "utf8"));

const connection = await connect({
  servers: process.env.NATS_URL,
  authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
  inboxPrefix: `_INBOX.${session}`,
});
const events = connection.subscribe("events.v1.Movement.Made.*", { max: 1 });
await connection.flush();

const answer = await connection.request(
  `rpc.v1.Movement.Make.a-helper-${session}`,
  JSON.stringify({ accountId: "ada", amount: 5 }),
  { timeout: 5000 },
);
if (answer.headers?.has("Nats-Service-Error")) {
  const { type, message } = answer.json<{ type: string; message: string }>();
  throw new Error(`${type}: ${message}`);
}
for await (const event of events) {
  console.log(event.subject, event.json<{ amount: number }>().amount);
}
await connection.close();
