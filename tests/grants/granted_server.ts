/** A server whose users may do exactly what compiled lists say, with the data of the shop on it. */
import { DiscardPolicy, jetstream, jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import { headers, type NatsConnection, type Subscription } from "@nats-io/transport-deno";
import type { Caller } from "../../contracts/identity/caller.ts";
import { longerSubjects } from "../../contracts/identity/longer_subjects.ts";
import { storeIndexKey } from "../../contracts/stored/store_index_key.ts";
import { indexBucket, indexStream, objectStream } from "../../contracts/stored/store_names.ts";
import type { Permissions } from "../../reconcile/grants/permission_line.ts";
import { openEventStream } from "../../reconcile/nats/open_event_stream.ts";
import type { ConnectionEvent } from "../../runtime/nats/connection_events.ts";
import { connectMessaging, type NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { LaunchSettings } from "../support/servers/launch_server.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { RawStore } from "../support/nats/raw_stores.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { sentSubjects } from "../../contracts/stored/transfer_names.ts";
import { BUCKET, FOREIGN, RECORDS, STORE, TRANSFER } from "./shop.ts";

/** So many values, and so many keys of objects, need flow control. */
export const MANY = { values: 3000, objects: 6000 };

/** What has no room left: a part of the shop's data, or all that the account may store. */
export type FullPart = "bucket" | "objects" | "account";

/** The operation that takes scans. */
const SCAN = "operations.v1.Shop.Scan";

/** What the account may store, in bytes. */
const ACCOUNT_BYTES = 48 << 20;

const STREAM = {
  bucket: `KV_${BUCKET}`,
  objects: objectStream(STORE),
  index: indexStream(STORE),
  records: `KV_${RECORDS}`,
  transfer: TRANSFER,
} as const;

/** A user who is connected, and what the server refused to them. */
export interface GrantedUser extends AsyncDisposable {
  readonly messaging: NatsMessaging;
  /** Subjects that the server refused, in order. */
  readonly denied: readonly string[];
  /** Aborted with the first refusal. */
  readonly refused: AbortSignal;
}

/** A real server with users by name. The user without a name may do everything. */
export class GrantedServer implements AsyncDisposable {
  /** The server. */
  readonly server: TrellisServer;
  /** Somebody who may do everything. */
  readonly admin: NatsMessaging;

  private constructor(server: TrellisServer, admin: NatsMessaging) {
    this.server = server;
    this.admin = admin;
  }

  /** Starts it, with buckets and stores for the shop and for another deployment. */
  static async start(
    users: Readonly<Record<string, Permissions>>,
    settings: Pick<LaunchSettings, "binary"> = {},
  ): Promise<GrantedServer> {
    const server = await TrellisServer.start({ ...settings, configText: configOf(users) });
    const admin = await server.connect("admin");
    const { connection } = admin;
    const buckets = new RawBuckets(connection);
    for (const bucket of [BUCKET, FOREIGN.bucket]) await buckets.create(bucket, { history: 5 });
    await buckets.create(RECORDS);
    await addTransferStream(connection);
    for (const store of [STORE, FOREIGN.store]) await new RawStore(connection, store).create();
    (await openEventStream(await jetstreamManager(connection))).orThrow();
    return new GrantedServer(server, admin);
  }

  /** Connects as a user of the configuration. */
  async connect(user: string, { principal, session }: Caller): Promise<GrantedUser> {
    const denied: string[] = [];
    const refused = new AbortController();
    const onStatus = (event: ConnectionEvent) => {
      if (event.kind !== "denied") return;
      denied.push(event.subject);
      refused.abort(event.error);
    };
    const servers = this.server.url;
    const messaging = (await connectMessaging({
      servers,
      name: user,
      user,
      pass: user,
      session,
      principal,
      onStatus,
    })).orThrow();
    const { signal } = refused;
    return { messaging, denied, refused: signal, [Symbol.asyncDispose]: () => messaging.close() };
  }

  /** Fills the bucket and the index, so that going through them takes flow control. */
  async fill(): Promise<void> {
    const { connection } = this.admin;
    const value = JSON.stringify({ id: "x".repeat(1000) });
    for (let i = 0; i < MANY.values; i++) connection.publish(`$KV.${BUCKET}.many.${i}`, value);
    const prefix = `$KV.${indexBucket(STORE)}.`;
    // Names are listed without values: only their headers count.
    const wide = headers();
    wide.set("Padding", "x".repeat(500));
    for (let i = 0; i < MANY.objects; i++) {
      connection.publish(prefix + storeIndexKey(`many/${i}`), "{}", { headers: wide });
    }
    await connection.flush();
  }

  /** Leaves no room while `work` runs. */
  async full(part: FullPart, work: () => Promise<unknown>): Promise<void> {
    if (part === "account") return await this.#fullAccount(work);
    const stream = STREAM[part];
    const { streams } = await jetstreamManager(this.admin.connection);
    const limit = (max_bytes: number) => streams.update(stream, { max_bytes });
    await limit((await streams.info(stream)).state.bytes);
    try {
      await work();
    } finally {
      await limit(-1);
    }
  }

  async #fullAccount(work: () => Promise<unknown>): Promise<void> {
    const { connection } = this.admin;
    const { streams } = await jetstreamManager(connection);
    await streams.add({ name: "FILLER", subjects: ["filler"] });
    try {
      const publisher = jetstream(connection);
      for (let bytes = 1 << 19; bytes > 100;) {
        // Refused: the account has less room than that.
        await publisher.publish("filler", new Uint8Array(bytes)).catch(() => bytes >>= 1);
      }
      await work();
    } finally {
      await streams.delete("FILLER");
    }
  }

  /** Everything that there is of the other deployment, and of what belongs to nobody but Trellis. */
  foreignState(): Promise<unknown> {
    return this.stateOf((config) => !isShops(config));
  }

  /** Everything that there is in the streams that are meant. */
  async stateOf(isMeant: (config: StreamConfig) => boolean): Promise<unknown> {
    const { streams } = await jetstreamManager(this.admin.connection);
    const all: unknown[] = [];
    for await (const { config, state } of streams.list()) {
      if (!isMeant(config)) continue;
      all.push([
        config.name,
        config.subjects,
        state.messages,
        state.last_seq,
        state.consumer_count,
      ]);
    }
    return all;
  }

  /** Ends it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

/** As the reconciler makes it, but for room that the account does not have. */
async function addTransferStream(connection: NatsConnection): Promise<void> {
  const { streams } = await jetstreamManager(connection);
  await streams.add({
    name: TRANSFER,
    subjects: [sentSubjects(SCAN)],
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    max_msgs_per_subject: 1,
    allow_direct: true,
    deny_delete: true,
  });
}

function isShops({ name }: StreamConfig): boolean {
  return Object.values<string>(STREAM).includes(name);
}

/** Answers requests like a service that does not look at who asks. */
export function answer(connection: NatsConnection, subject: string, text: string): Subscription {
  return connection.subscribe(subject, { callback: (_cause, msg) => void msg.respond(text) });
}

function configOf(users: Readonly<Record<string, Permissions>>): string {
  // As the token of a session has it.
  const lists = ({ publish, subscribe }: Permissions) => {
    const allow = subscribe.map(({ subject }) => subject);
    return JSON.stringify({
      publish: publish.map(({ subject }) => subject),
      subscribe: { allow, deny: longerSubjects(allow) },
    });
  };
  const entries = Object.entries(users)
    .map(([user, permissions]) =>
      `{ user: "${user}", password: "${user}", permissions: ${lists(permissions)} }`
    );
  return `accounts { A {
    jetstream: { max_store: ${ACCOUNT_BYTES} }
    users [
      { user: admin, password: admin }
      ${entries.join("\n      ")}
    ]
  } }
  no_auth_user: admin
  `;
}
