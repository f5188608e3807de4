import { assert, assertEquals } from "@std/assert";
import { jetstream } from "@nats-io/jetstream";
import { headers, type MsgHdrs } from "@nats-io/transport-deno";
import { type Caller, callerToken } from "../../contracts/identity/caller.ts";
import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import type { IncomingRequest } from "../../runtime/rpc/messaging.ts";
import { oldestServer } from "../support/oldest_server.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { RawEvents } from "../support/nats/raw_events.ts";
import { until } from "../support/until.ts";
import { GrantedServer, type GrantedUser } from "./granted_server.ts";
import {
  ADA,
  adaPermissions,
  BUCKET,
  FOREIGN,
  NOBODY,
  nobodyPermissions,
  SHOP,
  shopPermissions,
  STORE,
} from "./shop.ts";

const USERS = { shop: shopPermissions(), ada: adaPermissions(), nobody: nobodyPermissions() };
const OTHER_SESSION = "aaaaaaaaaaaaaaaa";
const OWN = `KV_${BUCKET}`;
const OTHER = `KV_${FOREIGN.bucket}`;
const me = callerToken(SHOP);
const ada = callerToken(ADA);

/** What nobody but Trellis may do, whoever it is. */
const MANAGEMENT = [
  "$JS.API.INFO",
  "$JS.API.STREAM.LIST",
  "$JS.API.STREAM.NAMES",
  "$JS.API.STREAM.CREATE.MINE",
  ...[OWN, OTHER, `OBJ_${STORE}`, EVENT_STREAM, "KV_trellis_authority"].flatMap((stream) => [
    `$JS.API.STREAM.UPDATE.${stream}`,
    `$JS.API.STREAM.DELETE.${stream}`,
    `$JS.API.STREAM.MSG.DELETE.${stream}`,
    `$JS.API.STREAM.SNAPSHOT.${stream}`,
    `$JS.API.STREAM.RESTORE.${stream}`,
    `$JS.API.STREAM.PEER.REMOVE.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.mine`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.mine`,
    `$JS.API.CONSUMER.DELETE.${stream}.mine`,
    `$JS.API.CONSUMER.NAMES.${stream}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.mine`,
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.ACK.${stream}.mine.1.1.1.1.1`,
  ]),
  "$SYS.REQ.SERVER.PING",
  "$SYS.REQ.USER.AUTH",
  "$SYS.REQ.ACCOUNT.PING.CONNZ",
  "$SRV.PING",
];

/** What belongs to others. */
const STRANGE = [
  `$KV.${FOREIGN.bucket}.a`,
  `$KV.${BUCKET}`,
  "$KV.trellis_authority.bindings.shop",
  `$KV.${FOREIGN.store}__index.a`,
  `$O.${FOREIGN.store}.C.a`,
  `$O.${FOREIGN.store}.M.a`,
  `$O.${STORE}.C.a.b`,
  `$O.${STORE}.C`,
  `$O.${STORE}.X.a`,
  `$JS.API.STREAM.PURGE.${OTHER}`,
  ...[OTHER, `OBJ_${FOREIGN.store}`, EVENT_STREAM, "KV_trellis_authority"].flatMap((stream) => [
    `$JS.API.STREAM.PURGE.${stream}`,
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.CONSUMER.LIST.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.mine.>`,
    `$JS.FC.${stream}.mine.1`,
  ]),
  `$JS.API.CONSUMER.CREATE.${OTHER}.mine.$KV.${FOREIGN.bucket}.>`,
  `$JS.API.CONSUMER.CREATE.${OWN}.mine.$KV.${FOREIGN.bucket}.>`,
  `$JS.API.CONSUMER.CREATE.${OWN}.mine.>`,
  `$JS.API.CONSUMER.LIST.${OWN}`,
  "events.v1.Customers.Moved.1",
  "events.v1.Shop.Sold",
  "events.v1.Shop.Sold.a.b",
  "events.v1.Shop.Other.a",
  `trellis.v1.bootstrap.${OTHER_SESSION}`,
  "trellis.v1.bootstrap.*",
  "trellis.v1.bootstrap.>",
];

/** Every way to ask as somebody else, or for more, on a subject that ends with the caller's own token. */
function asOthers(rpc: string, own: string): readonly string[] {
  const [kind, id, session] = own.split("-");
  return [
    rpc,
    `${rpc}.*`,
    `${rpc}.>`,
    `${rpc}.${own}.more`,
    `${rpc}.more.${own}`,
    `${rpc}.${kind}-${id}-${OTHER_SESSION}`,
    `${rpc}.${kind}-other-${session}`,
    `${rpc}.o-${id}-${session}`,
    `${rpc}.${own.toUpperCase()}`,
    `${rpc}.${own}x`,
    `${rpc}.${own.slice(0, -1)}`,
    `${rpc.slice(0, rpc.lastIndexOf("."))}.*.${own}`,
    `${rpc.slice(0, rpc.lastIndexOf("."))}.Delete.${own}`,
  ];
}

const HEARD_BY_OTHERS = [
  ">",
  "*",
  "*.>",
  "_INBOX.>",
  "_INBOX.*.>",
  `_INBOX.${OTHER_SESSION}.>`,
  `_INBOX.${OTHER_SESSION}.r.*`,
  "$SYS.>",
  "$JS.>",
  "$JS.EVENT.ADVISORY.>",
  "$KV.>",
  `$KV.${BUCKET}.>`,
  `$KV.${FOREIGN.bucket}.>`,
  `$O.${STORE}.>`,
  "events.>",
  "events.v1.Shop.Sold.*",
  "rpc.>",
  "rpc.v1.Customers.Get.*",
  "rpc.v1.Shop.*.*",
  "rpc.v1.*.Buy.*",
  "trellis.v1.bootstrap.*",
  "$SRV.>",
  "$SRV.*.customers",
  `$SRV.*.acme_shop.${OTHER_SESSION}`,
];

Deno.test("[S93] [S94] the broker refuses every subject of others, of management, and under another's name", async (t) => {
  await using granted = await GrantedServer.start(USERS);
  const before = await granted.foreignState();
  const heard: string[] = [];
  for (const subject of ["rpc.>", "events.>", "trellis.>"]) {
    granted.admin.connection.subscribe(subject, {
      callback: (_cause, msg) => void heard.push(msg.subject),
    });
  }
  await granted.admin.flush();

  await t.step(
    "a subscription to more than the requests of one's own RPC hears no more",
    async () => {
      await using hostile = await granted.connect("shop", SHOP);
      const seen: string[] = [];
      hostile.messaging.connection.subscribe("rpc.v1.Shop.Buy.>", {
        callback: (_cause, msg) => void seen.push(msg.subject),
      });
      await hostile.messaging.flush();
      const { connection } = granted.admin;
      const mine = `rpc.v1.Shop.Buy.${ada}`;
      for (const subject of [`rpc.v1.Shop.Buy.All.${ada}`, `rpc.v1.Shop.Buy.a.b.${ada}`, mine]) {
        connection.publish(subject, "{}");
      }
      await until(() => seen.length > 0 && heard.length === 3, "the last of them is heard");
      assertEquals(seen, [mine]);
      heard.length = 0;
    },
  );

  const own = (permissions: typeof USERS.shop) => permissions.publish.map(({ subject }) => subject);
  const cases: readonly [user: string, caller: Caller, publish: readonly string[]][] = [
    ["shop", SHOP, [
      ...asOthers("rpc.v1.Customers.Get", me),
      ...asOthers("rpc.v1.Mail.Send", me),
      `rpc.v1.Customers.Get.${ada}`,
      ...asOthers("rpc.v1.Shop.Buy", me),
      `rpc.v1.Shop.Buy.${ada}`,
      `rpc.v1.Auth.Sessions.Me.${me}`,
    ]],
    ["ada", ADA, [
      ...asOthers("rpc.v1.Shop.Buy", ada),
      `rpc.v1.Shop.Buy.${me}`,
      `rpc.v1.Customers.Get.${ada}`,
      ...literals(own(USERS.shop)),
      `_INBOX.${SHOP.session}.r.a`,
    ]],
    ["nobody", NOBODY, [
      `rpc.v1.Shop.Buy.${callerToken(NOBODY)}`,
      `rpc.v1.Auth.Sessions.Me.${callerToken(NOBODY)}`,
      ...literals(own(USERS.shop)),
      ...literals(own(USERS.ada)),
      `_INBOX.${NOBODY.session}.a`,
    ]],
  ];
  for (const [user, caller, more] of cases) {
    await t.step(`${user} may not publish what is not theirs`, async () => {
      await using hostile = await granted.connect(user, caller);
      const subjects = [...new Set([...MANAGEMENT, ...STRANGE, ...more])];
      for (const subject of subjects) {
        hostile.messaging.connection.publish(subject, "{}", {
          reply: `_INBOX.${caller.session}.a`,
        });
      }
      assertEquals(difference(subjects, await refusals(hostile)), []);
    });
    await t.step(`${user} may not hear what is not theirs`, async () => {
      await using hostile = await granted.connect(user, caller);
      for (const subject of HEARD_BY_OTHERS) {
        for (const queue of [undefined, "shop", "customers"]) {
          hostile.messaging.connection.subscribe(subject, { queue, callback: () => {} });
        }
      }
      const refused = await refusals(hostile);
      assertEquals(difference(HEARD_BY_OTHERS, refused), []);
      assertEquals(refused.length, 3 * HEARD_BY_OTHERS.length);
    });
  }
  assertEquals(heard, []);
  assertEquals(await granted.foreignState(), before);
});

Deno.test("[S93] headers and ids of a service reach no further than its own data", async () => {
  await using granted = await GrantedServer.start(USERS);
  const { connection } = granted.admin;
  const buckets = new RawBuckets(connection);
  await buckets.put(FOREIGN.bucket, "a", "theirs");
  const moved = headers();
  moved.set("Nats-Msg-Id", "known");
  await jetstream(connection).publish("events.v1.Customers.Moved.1", "theirs", { headers: moved });
  await using hostile = await granted.connect("shop", SHOP);
  const publish = (subject: string, sent: MsgHdrs) =>
    hostile.messaging.connection.request(subject, "mine", { headers: sent, timeout: 2000 });

  // A roll-up wipes the stream that it is written to: a bucket holds the data of one service only.
  const rollup = headers();
  rollup.set("Nats-Rollup", "all");
  assertEquals((await publish(`$KV.${BUCKET}.a`, rollup)).json<{ stream: string }>().stream, OWN);
  assertEquals(await buckets.get(FOREIGN.bucket, "a"), "theirs");
  // The stream of events is shared, so it takes none.
  for (const scope of ["all", "sub"]) {
    rollup.set("Nats-Rollup", scope);
    const refused = (await publish("events.v1.Shop.Sold.1", rollup)).json<{ error?: object }>();
    assert(refused.error !== undefined, `a roll-up of ${scope} is taken`);
  }
  // An id that was used already is worth nothing to who uses it again.
  const again = headers();
  again.set("Nats-Msg-Id", "known");
  const repeated = (await publish("events.v1.Shop.Sold.1", again)).json<{ duplicate?: boolean }>();
  assertEquals(repeated.duplicate, true);
  const events = await new RawEvents(connection).all();
  assertEquals(events.map(({ subject, text }) => [subject, text]), [
    ["events.v1.Customers.Moved.1", "theirs"],
  ]);
});

Deno.test("[S93] what the broker does not check, the receiver does: where answers go, and how a message came", async () => {
  await using granted = await GrantedServer.start(USERS);
  const { connection } = granted.admin;
  await new RawBuckets(connection).put(FOREIGN.bucket, "a", "theirs");
  await using shop = await granted.connect("shop", SHOP);
  const taken: string[] = [];
  const handle = (request: IncomingRequest) => {
    taken.push(request.text() ?? "");
    request.reply("answered");
  };
  shop.messaging.serve("rpc.v1.Shop.Buy.*", "shop", handle);
  await shop.messaging.flush();

  // Ada has the answer sent to others, or into data.
  await using buyer = await granted.connect("ada", ADA);
  const subject = `rpc.v1.Shop.Buy.${ada}`;
  const elsewhere = [
    `_INBOX.${OTHER_SESSION}.r.a`,
    `_INBOX.${ADA.session}`,
    `_INBOX.${ADA.session}x.a`,
    `$KV.${FOREIGN.bucket}.a`,
    `$KV.${BUCKET}.a`,
    "events.v1.Customers.Moved.1",
    `$JS.API.STREAM.DELETE.${OTHER}`,
  ];
  for (const reply of elsewhere) {
    buyer.messaging.connection.publish(subject, `answer to ${reply}`, { reply });
  }
  buyer.messaging.connection.publish(subject, "no answer");
  const honest = await buyer.messaging.request(subject, "honest", {
    timeoutMs: 5000,
    requestId: "1",
  });
  assertEquals(honest.orThrow().text, "answered");
  assertEquals(taken, ["honest"]);

  // The shop has its own data delivered to the subject of an RPC, as if Ada had asked.
  const forged: string[] = [];
  // The server delivers where anybody listens who is in no queue group.
  connection.subscribe(subject, { callback: (_cause, msg) => void forged.push(msg.string()) });
  await connection.flush();
  await shop.messaging.connection.request(`$KV.${BUCKET}.a`, "forged");
  const config = {
    name: "forger",
    deliver_subject: subject,
    filter_subject: `$KV.${BUCKET}.>`,
    ack_policy: "none",
    deliver_policy: "all",
  };
  const made = await shop.messaging.connection.request(
    `$JS.API.CONSUMER.CREATE.${OWN}.forger.$KV.${BUCKET}.>`,
    JSON.stringify({ stream_name: OWN, config, action: "create" }),
  );
  assertEquals(made.json<{ error?: object }>().error, undefined);
  await until(() => forged.includes("forged"), "the forged request is delivered");
  const next = await buyer.messaging.request(subject, "honest again", {
    timeoutMs: 5000,
    requestId: "2",
  });
  assertEquals(next.orThrow().text, "answered");
  assertEquals(taken, ["honest", "honest again"]);

  // Delivered into another's data, it is not stored, and management takes no orders from it.
  const state = await granted.foreignState();
  const targets = [
    `$KV.${FOREIGN.bucket}.a`,
    `$JS.API.STREAM.PURGE.${OTHER}`,
    `$JS.API.STREAM.DELETE.${OTHER}`,
    `$JS.API.STREAM.MSG.DELETE.${OTHER}`,
    "events.v1.Customers.Moved.1",
  ];
  for (const [i, deliver_subject] of targets.entries()) {
    const name = `forger${i}`;
    await shop.messaging.connection.request(
      `$JS.API.CONSUMER.CREATE.${OWN}.${name}.$KV.${BUCKET}.>`,
      JSON.stringify({
        stream_name: OWN,
        config: { ...config, name, deliver_subject },
        action: "create",
      }),
    );
  }
  // Nor from answers of the server that are led to it.
  for (const reply of targets.slice(1, 4)) {
    shop.messaging.connection.publish(`$KV.${BUCKET}.b`, "x", { reply });
    shop.messaging.connection.publish(`$JS.API.STREAM.INFO.${OWN}`, "", { reply });
    shop.messaging.connection.publish(`$JS.API.STREAM.PURGE.${OWN}`, "", { reply });
  }
  await shop.messaging.connection.request(`$KV.${BUCKET}.c`, "x");
  assertEquals(await granted.foreignState(), state);
  assertEquals(shop.denied, []);
});

// What no list of subjects prevents. Where a newer server does, this fails and can become a refusal.
Deno.test("a limit of the broker: its own answers and deliveries are stored where they are led to", async () => {
  await using granted = await GrantedServer.start(USERS);
  const { connection } = granted.admin;
  const buckets = new RawBuckets(connection);
  const target = `$KV.${FOREIGN.bucket}.a`;
  await buckets.put(FOREIGN.bucket, "a", "theirs");
  await using hostile = await granted.connect("shop", SHOP);
  const { connection: mine } = hostile.messaging;
  mine.publish(`$KV.${BUCKET}.a`, "x", { reply: target });
  await until(
    async () => (await buckets.get(FOREIGN.bucket, "a"))?.includes(`"stream":"${OWN}"`) === true,
    "the acknowledgement is stored in the other bucket",
  );
  // A delivery is stored under the subject that it has, which no reader of the other bucket asks for. It
  // needs somebody who listens there.
  connection.subscribe(target, { callback: () => {} });
  await connection.flush();
  const before = await buckets.lastSequence(FOREIGN.bucket);
  const config = { name: "forger", deliver_subject: target, filter_subject: `$KV.${BUCKET}.>` };
  await mine.request(
    `$JS.API.CONSUMER.CREATE.${OWN}.forger.$KV.${BUCKET}.>`,
    JSON.stringify({ stream_name: OWN, config, action: "create" }),
  );
  await until(
    async () => await buckets.lastSequence(FOREIGN.bucket) > before,
    "the delivery is stored in the other bucket",
  );
  assertEquals(hostile.denied, []);
});

// Newer servers refuse orders with members that they do not know.
Deno.test("a limit of servers before 2.12: an acknowledgement that is led to management is an order", async () => {
  const binary = await oldestServer();
  if (binary === undefined) return;
  await using granted = await GrantedServer.start(USERS, { binary });
  const buckets = new RawBuckets(granted.admin.connection);
  await buckets.put(FOREIGN.bucket, "a", "theirs");
  await using hostile = await granted.connect("shop", SHOP);
  const reply = `$JS.API.STREAM.PURGE.${OTHER}`;
  for (let i = 0; i < 2; i++) {
    hostile.messaging.connection.publish(`$KV.${BUCKET}.a`, "x", { reply });
  }
  await until(
    async () => await buckets.get(FOREIGN.bucket, "a") === undefined,
    "the other bucket is purged",
  );
  assertEquals(hostile.denied, []);
});

/** Every refusal so far: the server refuses in the order in which it is asked. */
async function refusals({ messaging, denied }: GrantedUser): Promise<readonly string[]> {
  messaging.connection.publish("the.end");
  await until(() => denied.includes("the.end"), "the server has refused the last subject");
  return denied.filter((subject) => subject !== "the.end");
}

/** Subjects that were not refused. */
function difference(asked: readonly string[], refused: readonly string[]): readonly string[] {
  const known = new Set(refused);
  return asked.filter((subject) => !known.has(subject));
}

/** Subjects without wildcards that lines allow. */
function literals(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.startsWith("_INBOX"))
    .map((line) => line.replaceAll(/(?<=\.)[*>]/g, "a"));
}
