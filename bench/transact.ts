import { eventPublication } from "../runtime/events/event_client.ts";
import { NatsEventPublisher } from "../runtime/events/nats/nats_event_publisher.ts";
import { openTypedKV } from "../runtime/kv/nats/open_typed_kv.ts";
import { consoleLog } from "../runtime/log.ts";
import { inboxPrefix } from "../runtime/nats/connection.ts";
import { Relays } from "../runtime/relay/relays.ts";
import { bank, BANK_BINDINGS, bankTransact, makeBank } from "../tests/support/transact/outbox.ts";
import { TrellisServer } from "../tests/support/trellis_server.ts";
import { type Call, type Load, run } from "./measure/load.ts";
import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { compared, type Row } from "./measure/row.ts";

const APART = "put, then publish";
const KEYS = 1000;

/** A value and its event in one transaction, beside the two of them one after the other. */
export const transact: Measurement = async ({ quick, say }) => {
  await using server = await TrellisServer.start();
  const messaging = await server.connect();
  await makeBank(messaging.connection);
  const bound = { contract: bank, deployment: "bank", messaging, bindings: BANK_BINDINGS };
  const relays = new Relays({ ...bound, log: consoleLog });
  const commit = bankTransact(messaging);
  const prefix = inboxPrefix(messaging.session);
  const kv = (await openTypedKV({
    connection: messaging.line,
    inboxPrefix: prefix,
    binding: BANK_BINDINGS.kv.accounts!,
    alias: "accounts",
    schema: bank.manifest.schemas?.Account as object,
  })).orThrow();
  const publisher = new NatsEventPublisher(messaging.line, prefix, bank.digest);
  const moved = eventPublication(bank.manifest, "Account.Moved", publisher);
  let last = 0;
  const next = () => ({ key: `a${last++ % KEYS}`, n: last });
  const together: Call = () => {
    const { key, n } = next();
    return commit((tx) => {
      tx.kv.accounts.put(key, { accountId: key, balance: n });
      tx.event.account.moved({ accountId: key, n, text: "" });
    }).orThrow();
  };
  const apart: Call = async () => {
    const { key, n } = next();
    await kv.put(key, { accountId: key, balance: n }).orThrow();
    await moved.publish({ accountId: key, n, text: "" }).orThrow();
  };
  const rows: Row[] = [];
  const measure = async (name: string, load: Load) => {
    say(name);
    const sides = {
      Trellis: { turn: () => run(load, together) },
      [APART]: { turn: () => run(load, apart) },
    };
    const figures = await inTurns(sides, quick ? 5 : 15);
    const unit = load.kind === "sequential" ? "us" as const : "/s" as const;
    rows.push(compared({ name, unit }, figures, APART));
  };
  await measure("transact, p50", { kind: "sequential", calls: quick ? 100 : 300 });
  await measure("transact, 64 in flight", { kind: "in_flight", width: 64, ms: quick ? 200 : 500 });
  await relays.stop();
  return rows;
};
