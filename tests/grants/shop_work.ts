/** Everything that the shop does, each by itself, so that a test can say what a missing right breaks. */
import { servingOn } from "../../runtime/rpc/nats/served_subject.ts";
import { assertEquals } from "@std/assert";
import { ALL_REQUESTS_SUBJECT, WATCH_SUBJECT } from "../../contracts/live/live_subjects.ts";
import { parseRequestBatch } from "../../contracts/live/reports.ts";
import type { Wish } from "../../contracts/live/wish.ts";
import { bootstrapSubject } from "../../contracts/stored/bootstrap.ts";
import { ok } from "../../contracts/result.ts";
import { indexBucket } from "../../contracts/stored/store_names.ts";
import { eventPublication } from "../../runtime/events/event_client.ts";
import { eventSubscription } from "../../runtime/events/nats/event_subscription.ts";
import { NatsEventPublisher } from "../../runtime/events/nats/nats_event_publisher.ts";
import { checkWritable } from "../../runtime/kv/nats/check_writable.ts";
import { openTypedKV } from "../../runtime/kv/nats/open_typed_kv.ts";
import type { TypedKV } from "../../runtime/kv/typed_kv.ts";
import { reportRequests } from "../../runtime/live/nats/report_requests.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { announceService, discoveryIdentity } from "../../runtime/rpc/nats/service_discovery.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { RequestWatch } from "../../runtime/rpc/request_watch.ts";
import { rpcCall } from "../../runtime/rpc/rpc_caller.ts";
import { RpcServer } from "../../runtime/rpc/rpc_server.ts";
import { KnownCallers } from "../../runtime/session/known_callers.ts";
import { openTypedStore } from "../../runtime/store/nats/open_typed_store.ts";
import type { TypedStore } from "../../runtime/store/typed_store.ts";
import { SILENT } from "../support/deployed.ts";
import { bytesOf } from "../support/store_server.ts";
import { answer, type GrantedServer, MANY } from "./granted_server.ts";
import { FLOW_WORK } from "./shop_flow.ts";
import { ADA, BUCKET, customers, mail, SHOP, shop, STORE } from "./shop.ts";

const TIMEOUT_MS = 3000;
const MIB = 1 << 20;
/** An object that is there before any work, which takes flow control to read. */
export const LARGE = "large";
/** Its content. */
export const LARGE_BYTES: Uint8Array = bytesOf(12 * MIB);

interface Item {
  readonly id: string;
}

/** The shop, connected, and the server that it is connected to. */
export interface ShopAtWork {
  readonly messaging: NatsMessaging;
  readonly granted: GrantedServer;
  /** Aborted when the server refuses something to the shop, so that nothing waits for it. */
  readonly refused: AbortSignal;
}

type Work = (at: ShopAtWork) => Promise<unknown>;

/** What the shop does. Each rejects when it cannot be done. */
export const WORK = {
  bootstrap: ({ messaging }) =>
    messaging.request(bootstrapSubject(messaging.session), "{}", {
      timeoutMs: TIMEOUT_MS,
      requestId: "1",
    }).then((answer) => answer.orThrow()),
  publishAndReceiveEvent: async ({ messaging }) => {
    const publisher = new NatsEventPublisher(messaging.connection, prefixOf(messaging));
    const event = eventPublication(shop.manifest, "Shop.Sold", publisher);
    const received = await eventSubscription(shop.manifest, "Shop.Sold", messaging.line)
      .subscribe().orThrow();
    const { id } = await event.publish({ id: "a.b" }, { timeoutMs: TIMEOUT_MS }).orThrow();
    for await (const sold of received) {
      assertEquals([sold.id, sold.event], [id, { id: "a.b" }]);
      break;
    }
  },
  callRequired: ({ messaging }) => call(messaging, "Customers.Get"),
  callOptional: ({ messaging }) => call(messaging, "Mail.Send"),
  callOwn: async ({ messaging, granted: { admin } }) => {
    const serving = answer(admin.connection, "rpc.v1.Shop.Buy.*", `{"id":"1"}`);
    await admin.flush();
    try {
      await call(messaging, "Shop.Buy");
    } finally {
      serving.unsubscribe();
      await admin.flush();
    }
  },
  openBucket: (at) => bucket(at),
  writeValue: async (at) => {
    const kv = await bucket(at);
    const key = crypto.randomUUID();
    await kv.create(key, { id: "1" }).orThrow();
    await kv.put(key, { id: "2" }).orThrow();
    await kv.delete(key).orThrow();
  },
  readValue: async (at) => {
    const kv = await bucket(at);
    assertEquals((await kv.get("many.7").orThrow()).value.id.length, 1000);
    assertEquals((await kv.history("many.7").orThrow()).length, 1);
    assertEquals((await kv.status().orThrow()).bucket, BUCKET);
  },
  listKeys: async (at) => {
    const kv = await bucket(at);
    assertEquals(await count(await kv.keys("many.>").orThrow(), MANY.values), MANY.values);
    const page = await kv.list({ filter: "many.>", limit: 10 }).orThrow();
    assertEquals(page.entries.length, 10);
  },
  watchManyValues: async (at) => {
    const watch = await (await bucket(at)).watch("many.>", { includeExisting: true }).orThrow();
    assertEquals(await count(watch, MANY.values), MANY.values);
  },
  deleteInFullBucket: async (at) => {
    const kv = await bucket(at);
    await kv.put("last", { id: "1" }).orThrow();
    await at.granted.full("bucket", () => kv.delete("last").orThrow());
  },
  openStore: (at) => store(at),
  writeObject: async (at) => {
    const scans = await store(at);
    const key = crypto.randomUUID();
    await scans.create(key, bytesOf(10)).orThrow();
    await scans.put(key, bytesOf(2 * MIB)).orThrow();
    await scans.delete(key).orThrow();
  },
  readSmallObject: async (at) => {
    const entry = await (await store(at)).get("small").orThrow();
    assertEquals((await entry.bytes().orThrow()).length, 10);
  },
  readLargeObject: async (at) => {
    const entry = await (await store(at)).get(LARGE).orThrow();
    assertEquals(await entry.bytes().orThrow(), LARGE_BYTES);
  },
  listManyObjects: async (at) => {
    const page = await (await store(at)).list({ prefix: "many/", limit: 0 }).orThrow();
    assertEquals(page.count, MANY.objects);
  },
  makeRoomInFullStore: async (at) => {
    const scans = await store(at);
    await scans.put("room", bytesOf(MIB)).orThrow();
    await at.granted.full("objects", async () => {
      await scans.delete("room").orThrow();
      await scans.put("room", bytesOf(MIB)).orThrow();
    });
  },
  deleteInFullAccount: async (at) => {
    const scans = await store(at);
    await scans.put("named", bytesOf(10)).orThrow();
    await at.granted.full("account", () => scans.delete("named").orThrow());
  },
  askWhatCallersHold: async ({ messaging }) => {
    const callers = new KnownCallers(messaging);
    assertEquals(await callers.can(ADA.principal, "a::b"), true);
    assertEquals(await callers.can(ADA.principal, "a::c"), false);
  },
  askWhatCallersRun: async ({ messaging }) => {
    const contract = await new KnownCallers(messaging).contractOf(ADA.session);
    assertEquals(contract, { id: "a@v1", digest: "d" });
  },
  checkHealth: async ({ messaging }) => {
    const options = { connection: messaging.connection, inboxPrefix: prefixOf(messaging) };
    for (const bucket of [BUCKET, indexBucket(STORE)]) {
      (await checkWritable({ ...options, bucket })).orThrow();
    }
  },
  serve: (at) => serveOnce(at),
  reportRequests: async (at) => {
    const { messaging, granted: { admin }, refused } = at;
    const live = reportRequests(messaging, { deployment: "shop", contract: shop.id });
    const reported = Promise.withResolvers<string>();
    const ear = admin.connection.subscribe(ALL_REQUESTS_SUBJECT, {
      callback: (_cause, msg) => reported.resolve(msg.string()),
    });
    refused.addEventListener("abort", () => reported.resolve("nothing comes"));
    try {
      await messaging.flush();
      const wish: Wish = {
        format: "trellis.watch.v1",
        watcher: "test",
        perSecond: 100,
        share: 1,
        holdMs: 5000,
      };
      admin.connection.publish(WATCH_SUBJECT, JSON.stringify(wish));
      await admin.flush();
      await messaging.flush();
      await serveOnce(at, live.reports);
      const batch = parseRequestBatch(await reported.promise);
      assertEquals(batch?.requests.map(({ rpc, code }) => [rpc, code]), [["Shop.Buy", "ok"]]);
    } finally {
      live.stop();
      ear.unsubscribe();
      await admin.flush();
    }
  },
  answerPingOfAll: (at) => ping(at, ""),
  answerPingOfName: (at) => ping(at, ".acme_shop"),
  answerPingOfInstance: (at) => ping(at, `.acme_shop.${SHOP.session}`),
  ...FLOW_WORK,
} as const satisfies Record<string, Work>;

/** One of the things that the shop does. */
export type WorkName = keyof typeof WORK;

function prefixOf({ session }: NatsMessaging): string {
  return inboxPrefix(session);
}

async function call(messaging: NatsMessaging, name: string): Promise<void> {
  const owner = [shop, customers, mail].find(({ manifest }) => manifest.rpc?.[name])!;
  const answer = rpcCall(owner.manifest, name, new Map(), messaging)({ id: "1" }, {
    timeoutMs: TIMEOUT_MS,
  });
  assertEquals(await answer.orThrow(), { id: "1" });
}

async function serveOnce(
  { messaging, granted, refused }: ShopAtWork,
  watch?: RequestWatch,
): Promise<void> {
  const server = new RpcServer(servingOn(messaging), {
    queue: "shop",
    handlerTimeoutMs: TIMEOUT_MS,
    maxInFlight: 10,
    log: SILENT,
    ...(watch === undefined ? {} : { watch }),
  });
  server.serve(shop, "Shop.Buy", (input, { caller }) => {
    assertEquals(caller.principal, ADA.principal);
    return ok(input);
  });
  await messaging.flush();
  if (server.denied !== undefined) throw server.denied;
  await using ada = await granted.connect("ada", ADA);
  const options = { timeoutMs: TIMEOUT_MS, signal: refused };
  const buy = rpcCall(shop.manifest, "Shop.Buy", new Map(), ada.messaging);
  try {
    assertEquals(await buy({ id: "1" }, options).orThrow(), { id: "1" });
  } finally {
    assertEquals(await server.drain(1000), { abandoned: 0 });
  }
}

async function bucket({ messaging }: ShopAtWork): Promise<TypedKV<Item>> {
  return (await openTypedKV<Item>({
    connection: messaging.connection,
    inboxPrefix: prefixOf(messaging),
    binding: { bucket: BUCKET, history: 5, ttlMs: 0 },
    alias: "items",
    schema: {},
    timeoutMs: TIMEOUT_MS,
  })).orThrow();
}

async function store({ messaging }: ShopAtWork): Promise<TypedStore> {
  return (await openTypedStore({
    connection: messaging.connection,
    inboxPrefix: prefixOf(messaging),
    binding: { name: STORE, ttlMs: 0 },
    alias: "scans",
    timeoutMs: TIMEOUT_MS,
  })).orThrow();
}

async function ping({ messaging, granted }: ShopAtWork, target: string): Promise<void> {
  const announcement = announceService(messaging.line, {
    ...discoveryIdentity(shop.id),
    id: messaging.session,
    description: "Sells.",
    metadata: {},
    endpoints: [],
    started: new Date(),
  });
  await messaging.flush();
  try {
    for (const verb of ["PING", "INFO", "STATS"]) {
      const answer = await granted.admin.connection.request(`$SRV.${verb}${target}`, "", {
        timeout: TIMEOUT_MS,
      });
      assertEquals(answer.json<{ id: string }>().id, SHOP.session);
    }
  } finally {
    await announcement.stop();
  }
}

/** Counts what comes, up to a number. */
async function count(source: AsyncIterable<unknown>, limit: number): Promise<number> {
  let seen = 0;
  for await (const _ of source) if (++seen === limit) break;
  return seen;
}
