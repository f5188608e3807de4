import { connect } from "@nats-io/transport-deno";
import { contend } from "../rpc/contender.ts";
import { ORDER } from "../rpc/order.ts";

// The least that a request can be: one subscription, one Map; no timeout, no check, no error.
const [servers] = Deno.args;
const responder = await connect({ servers, noAsyncTraces: true });
responder.subscribe("bare.echo", {
  callback: (_error, message) => void message.respond(JSON.stringify(message.json())),
});
await responder.flush();
const client = await connect({ servers, noAsyncTraces: true });
const waiting = new Map<string, (answer: unknown) => void>();
const inbox = `_INBOX.${crypto.randomUUID()}.`;
let last = 0;
client.subscribe(`${inbox}*`, {
  callback: (_error, message) => {
    const token = message.subject.slice(inbox.length);
    waiting.get(token)?.(message.json());
    waiting.delete(token);
  },
});
await contend(() =>
  new Promise((resolve) => {
    const token = String(last++);
    waiting.set(token, resolve);
    client.publish("bare.echo", JSON.stringify(ORDER), { reply: inbox + token });
  })
);
