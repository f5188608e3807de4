/** What the shop does with its feed, its files and what they go with, message by message. */
import { serveSubject } from "../../runtime/rpc/nats/served_subject.ts";
import { assertEquals, assertExists } from "@std/assert";
import { callerToken } from "../../contracts/identity/caller.ts";
import { principalText } from "../../contracts/identity/principal_text.ts";
import { readJson } from "../../contracts/json/json.ts";
import { creditSubject } from "../../contracts/stored/feed_names.ts";
import {
  grantKey,
  pullSubject,
  sentChunk,
  sentChunks,
  TRANSFER_CHUNK_BYTES,
} from "../../contracts/stored/transfer_names.ts";
import { openKvBucket } from "../../runtime/kv/nats/open_typed_kv.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { JetStreamRequests } from "../../runtime/nats/jetstream/jetstream_requests.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { storeFailure } from "../../runtime/store/nats/store_failure.ts";
import { FollowedChunks } from "../../runtime/transfer/send/followed_chunks.ts";
import { StagedChunks } from "../../runtime/transfer/send/staged_chunks.ts";
import { answer } from "./granted_server.ts";
import { ADA, RECORDS, SHOP, TRANSFER } from "./shop.ts";
import type { ShopAtWork } from "./shop_work.ts";

const SALES = "feeds.v1.Shop.Sales";
const SCAN = "operations.v1.Shop.Scan";
const LABEL = "rpc.v1.Shop.Label";
/** So many chunks need flow control. */
const FLOWING_CHUNKS = 8;

type Work = (at: ShopAtWork) => Promise<unknown>;

/** Each rejects when it cannot be done. */
export const FLOW_WORK = {
  followOwnFeed: (at) => askItself(at, SALES),
  readOnInOwnFeed: (at) => askItself(at, creditSubject(SALES, "other")),
  beFollowed: (at) => beAsked(at, SALES),
  beReadOn: (at) => beAsked(at, creditSubject(SALES, SHOP.session)),
  startOwn: (at) => askItself(at, SCAN),
  controlOwn: (at) => askItself(at, `${SCAN}.control`),
  beStarted: (at) => beAsked(at, SCAN),
  beControlled: (at) => beAsked(at, `${SCAN}.control`),
  callLabel: (at) => askItself(at, LABEL),
  serveLabel: (at) => beAsked(at, LABEL),
  fetchOwnFile: (at) => askItself(at, pullSubject(LABEL)),
  beAskedForFile: (at) => beAsked(at, pullSubject(LABEL)),
  sendOwnFile: async ({ messaging }) => {
    const subject = sentChunk(SCAN, callerToken(SHOP), crypto.randomUUID(), 0);
    assertEquals((await request(messaging, subject, "bytes")).stream, TRANSFER);
  },
  putFileTogether: async ({ messaging, granted: { admin } }) => {
    const operation = crypto.randomUUID();
    const chunk = sentChunk(SCAN, callerToken(ADA), operation, 0);
    await admin.connection.request(chunk, `{"bytes":1}`);
    const filter = sentChunks(SCAN, operation);
    const info = await request(
      messaging,
      `$JS.API.STREAM.INFO.${TRANSFER}`,
      JSON.stringify({ subjects_filter: filter }),
    );
    assertEquals(Object(info.state).subjects, { [chunk]: 1 });
    const last = JSON.stringify({ last_by_subj: chunk });
    assertEquals(await request(messaging, `$JS.API.DIRECT.GET.${TRANSFER}`, last), { bytes: 1 });
    const purged = await request(
      messaging,
      `$JS.API.STREAM.PURGE.${TRANSFER}`,
      JSON.stringify({ filter }),
    );
    assertEquals(purged.purged, 1);
  },
  followFile: async ({ messaging, granted: { admin } }) => {
    const operation = crypto.randomUUID();
    const bytes = new Uint8Array(TRANSFER_CHUNK_BYTES);
    for (let n = 0; n < FLOWING_CHUNKS; n++) {
      await admin.connection.request(sentChunk(SCAN, callerToken(ADA), operation, n), bytes);
    }
    const requests = JetStreamRequests.of(messaging.line, inboxPrefix(messaging.session));
    const staged = new StagedChunks(requests, TRANSFER, SCAN);
    using coming = new FollowedChunks(staged, operation, principalText(ADA.principal));
    try {
      while (coming.taken < FLOWING_CHUNKS) {
        if (!coming.isRunning) {
          const context = { resource: "a file", doing: "following" };
          (await coming.begin()).mapErr((failure) => storeFailure(failure, context)).orThrow();
        } else if (coming.take() === undefined) await coming.something();
      }
    } finally {
      const filter = JSON.stringify({ filter: sentChunks(SCAN, operation) });
      await admin.connection.request(`$JS.API.STREAM.PURGE.${TRANSFER}`, filter);
    }
  },
  noteGrant: async ({ messaging }) => {
    const bucket = (await openKvBucket({
      connection: messaging.connection,
      inboxPrefix: inboxPrefix(messaging.session),
      binding: { bucket: RECORDS, history: 1, ttlMs: 0 },
    })).orThrow();
    const key = grantKey(crypto.randomUUID());
    (await bucket.write(key, new TextEncoder().encode("{}"), { kind: "absent" })).orThrow();
    assertExists((await bucket.last(key)).orThrow());
  },
} as const satisfies Record<string, Work>;

/** The shop asks what it serves, by its own client. */
async function askItself({ messaging, granted: { admin } }: ShopAtWork, subject: string) {
  const serving = answer(admin.connection, `${subject}.*`, `{"answered":true}`);
  await admin.flush();
  try {
    assertEquals(await request(messaging, `${subject}.${callerToken(SHOP)}`), { answered: true });
  } finally {
    serving.unsubscribe();
    await admin.flush();
  }
}

/** The shop is asked by a person who may do so. */
async function beAsked({ messaging, granted, refused }: ShopAtWork, subject: string) {
  serveSubject(messaging, `${subject}.*`, "shop", (request) => request.reply(`{"answered":true}`));
  await messaging.flush();
  refused.throwIfAborted();
  await using ada = await granted.connect("ada", ADA);
  assertEquals(await request(ada.messaging, `${subject}.${callerToken(ADA)}`), { answered: true });
  assertEquals(ada.denied, []);
}

async function request(
  messaging: NatsMessaging,
  subject: string,
  body = "{}",
): Promise<Record<string, unknown>> {
  const answered = await messaging.request(subject, body, { timeoutMs: 3000, requestId: "1" });
  return Object(readJson(answered.orThrow().text ?? ""));
}
