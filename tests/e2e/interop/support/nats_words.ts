/**
 * Takes the words of NATS' own command line tool, which npm does not have, and does with the plain library what that
 * does: `request`, `kv get` and `sub`, with `--raw`.
 */
import { parseArgs } from "node:util";
import { readFileSync } from "node:fs";
import process from "node:process";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { connect, credsAuthenticator, nkeyAuthenticator } from "@nats-io/transport-node";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "creds": { type: "string" },
    "nkey": { type: "string" },
    "inbox-prefix": { type: "string" },
    "count": { type: "string" },
    "all": { type: "boolean" },
    "raw": { type: "boolean" },
  },
});
const { creds, nkey, "inbox-prefix": inboxPrefix } = values;
const connection = await connect({
  servers: process.env.NATS_URL ?? "",
  ...(inboxPrefix === undefined ? {} : { inboxPrefix }),
  ...(creds === undefined ? {} : { authenticator: credsAuthenticator(readFileSync(creds)) }),
  ...(nkey === undefined ? {} : {
    authenticator: nkeyAuthenticator(
      new TextEncoder().encode(readFileSync(nkey, "utf8").trim()),
    ),
  }),
});
const [command, ...words] = positionals;
switch (command) {
  case "request": {
    const [subject = "", body = ""] = words;
    console.log((await connection.request(subject, body, { timeout: 5000 })).string());
    break;
  }
  case "kv": {
    const [, bucket = "", key = ""] = words;
    console.log((await (await new Kvm(connection).open(bucket)).get(key))?.string());
    break;
  }
  case "sub": {
    const [subject = ""] = words;
    const manager = await jetstreamManager(connection);
    const stream = await manager.streams.find(subject);
    const consumer = await jetstream(connection).consumers
      .get(stream, { filter_subjects: subject });
    const messages = await consumer.fetch({ max_messages: Number(values.count), expires: 5000 });
    for await (const message of messages) console.log(message.string());
    break;
  }
  default:
    throw new Error(`nats ${command} is not known here`);
}
await connection.close();
