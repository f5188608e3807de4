/** A bucket with an outbox and its relay, with the names and settings that reconciliation gives them. */
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../../contracts/define/define.ts";
import type { Bindings } from "../../../contracts/stored/bindings.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { durableName } from "../../../contracts/stored/work_names.ts";
import { kvStreams } from "../../../reconcile/nats/buckets/kv_streams.ts";
import { openEventStream } from "../../../reconcile/nats/open_event_stream.ts";
import { headerValue } from "../../../runtime/nats/headers/received_headers.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { transactionBuckets } from "../../../runtime/transact/nats/transaction_buckets.ts";
import { openTransact } from "../../../runtime/transact/open_transact.ts";
import type { Transact } from "../../../runtime/transact/transact_types.ts";

const Account = Type.Object({ accountId: Type.String(), balance: Type.Integer() });
const Moved = Type.Object({ accountId: Type.String(), n: Type.Integer(), text: Type.String() });
const Gone = Type.Object({ key: Type.String() });

/** Accounts whose movements are committed with them, and whose changes are published. */
export const bank = defineServiceContract({ schemas: { Account, Moved, Gone } }, (ref) => ({
  id: "bank@v1",
  displayName: "Bank",
  description: "Moves money.",
  events: {
    "Account.Moved": {
      version: "v1",
      event: ref.schema("Moved"),
      params: ["/accountId"],
      keep: "forever",
    },
    "Owner.Changed": { version: "v1", event: ref.schema("Account"), params: ["/accountId"] },
    "Owner.Gone": {
      version: "v1",
      event: ref.schema("Gone"),
      params: ["/key"],
      keep: "forever",
    },
  },
  resources: {
    kv: {
      accounts: { purpose: "Accounts.", schema: ref.schema("Account"), outbox: true },
      owners: {
        purpose: "Owners.",
        schema: ref.schema("Account"),
        changes: { event: "Owner.Changed", deleted: "Owner.Gone" },
      },
    },
  },
}));

/** `client.transact` of {@link bank}. */
export type BankTransact = Transact<NonNullable<(typeof bank)["body"]>>;

const ALIASES = { accounts: "outbox.bank_accounts.>", owners: "$KV.bank_owners.>" } as const;

/** The bindings of {@link bank}. */
export const BANK_BINDINGS: Pick<Bindings, "kv" | "relays" | "dead"> = {
  kv: {
    accounts: { bucket: "bank_accounts", history: 1, ttlMs: 0, outbox: 1 },
    owners: { bucket: "bank_owners", history: 1, ttlMs: 0 },
  },
  relays: Object.fromEntries(
    Object.keys(ALIASES).map((alias) => [alias, {
      stream: `KV_bank_${alias}`,
      consumer: durableName("relay", "bank", alias),
    }]),
  ),
  dead: "trellis_dead_bank",
};

/** Makes the streams of {@link bank} and the consumers of its relays. */
export async function makeBank(connection: NatsConnection, ackWaitMs = 30_000): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  (await openEventStream(manager, connection.info?.version)).orThrow();
  await manager.streams.add({ name: "trellis_dead_bank", subjects: ["dead.bank.>"] });
  for (const [alias, filter] of Object.entries(ALIASES)) {
    const outbox = alias === "accounts" ? { outbox: 1 } : {};
    const owner = { deployment: "bank", contract: "bank@v1", alias, kind: "kv" } as const;
    const [config] = kvStreams.newConfigs(`bank_${alias}`, owner, { history: 1, ...outbox });
    await manager.streams.add(config!);
    await manager.consumers.add(`KV_bank_${alias}`, {
      durable_name: durableName("relay", "bank", alias),
      ack_policy: "all",
      deliver_policy: "new",
      filter_subjects: [filter],
      ack_wait: ackWaitMs * 1e6,
      max_ack_pending: 256,
      max_deliver: -1,
    });
  }
}

/** `client.transact` over a connection. */
export function bankTransact(messaging: NatsMessaging): BankTransact {
  const buckets = transactionBuckets(bank, messaging, BANK_BINDINGS);
  return openTransact(bank.manifest, buckets) as BankTransact;
}

/** An event as it is stored. */
export interface StoredEvent {
  readonly subject: string;
  readonly id: string;
  readonly headers: string;
  readonly body: Record<string, unknown>;
}

/** All events of a stream, in their order. */
export async function storedEvents(
  connection: NatsConnection,
  stream: string = EVENT_STREAM,
): Promise<StoredEvent[]> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const { state } = await manager.streams.info(stream);
  const events: StoredEvent[] = [];
  for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
    const message = await manager.streams.getMessage(stream, { seq });
    if (message === null) continue;
    const lines = [...message.header].flatMap(([name, values]) =>
      values.map((value) => `${name}: ${value}\r\n`)
    );
    const headers = `NATS/1.0\r\n${lines.join("")}\r\n`;
    events.push({
      subject: message.subject,
      id: headerValue(headers, "Trellis-Event-Id") ?? "",
      headers,
      body: bodyOf(message.string()),
    });
  }
  return events;
}

/** Empty for what is no JSON. */
function bodyOf(text: string): StoredEvent["body"] {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
