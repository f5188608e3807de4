/**
 * A process of its own that moves money until it is killed: each movement is a value and its event in one
 * transaction. It says what was acknowledged, as `<account> <number of the movement>`, and relays as a service does.
 */
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import { openTypedKV } from "../../../runtime/kv/nats/open_typed_kv.ts";
import { Relays } from "../../../runtime/relay/relays.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import "../../../runtime/host/deno_host.ts";
import { SILENT } from "../deployed.ts";
import { bank, BANK_BINDINGS, bankTransact } from "./outbox.ts";

const [servers = "", ...accounts] = Deno.args;
const messaging = (await connectMessaging({ servers, name: "mover" })).orThrow();
const transact = bankTransact(messaging);
const kv = (await openTypedKV<{ accountId: string; balance: number }>({
  connection: messaging.line,
  inboxPrefix: inboxPrefix(messaging.session),
  binding: BANK_BINDINGS.kv.accounts!,
  alias: "accounts",
  schema: bank.manifest.schemas?.Account as object,
})).orThrow();
const relays = new Relays({
  contract: bank,
  deployment: "bank",
  messaging,
  bindings: BANK_BINDINGS,
  log: SILENT,
});
console.log(`relays ${relays.problems.size}`);
await Promise.all(accounts.map(async (accountId) => {
  for (;;) {
    const entry = await kv.get(accountId);
    if (entry.isErr() && entry.error.reason !== "not_found") continue;
    const known = entry.isOk() ? entry.orThrow() : undefined;
    const n = (known?.value.balance ?? 0) + 1;
    const done = await transact((tx) => {
      const value = { accountId, balance: n };
      if (known === undefined) tx.kv.accounts.create(accountId, value);
      else tx.kv.accounts.put(accountId, value, { expectedRevision: known.revision });
      tx.event.account.moved({ accountId, n, text: "" });
    });
    if (done.isOk()) console.log(`${accountId} ${n}`);
  }
}));
