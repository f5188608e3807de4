import { serveSubject } from "../../runtime/rpc/nats/served_subject.ts";
import { assert, assertEquals } from "@std/assert";
import { jetstream } from "@nats-io/jetstream";
import { headers, type MsgHdrs } from "@nats-io/transport-deno";
import { type Caller, callerToken } from "../../contracts/identity/caller.ts";
import type { Grant } from "../../reconcile/grants/grant.ts";
import { tryActions } from "../../reconcile/nats/proof/try_actions.ts";
import { hostileActions, type Others } from "../../reconcile/proof/hostile_actions.ts";
import type { IncomingRequest } from "../../runtime/rpc/messaging.ts";
import { oldestServer } from "../support/oldest_server.ts";
import { RawBuckets } from "../support/nats/raw_buckets.ts";
import { RawEvents } from "../support/nats/raw_events.ts";
import { until } from "../support/until.ts";
import { GrantedServer } from "./granted_server.ts";
import {
  ADA,
  adaPermissions,
  BINDINGS,
  BUCKET,
  FOREIGN,
  GRANTS,
  NOBODY,
  nobodyPermissions,
  SHOP,
  shopPermissions,
} from "./shop.ts";

const USERS = { shop: shopPermissions(), ada: adaPermissions(), nobody: nobodyPermissions() };
const OTHER_SESSION = "aaaaaaaaaaaaaaaa";
const OWN = `KV_${BUCKET}`;
const OTHER = `KV_${FOREIGN.bucket}`;
const me = callerToken(SHOP);
const ada = callerToken(ADA);

/** What is not even the shop's. */
const OTHERS: Others = {
  ...FOREIGN,
  session: OTHER_SESSION,
  nobody: "nothing",
};

/** What everybody here would like to reach. */
const SHOPS = { bindings: BINDINGS, discovery: "acme_shop", others: OTHERS, live: false };

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
  const cases: readonly [
    user: string,
    caller: Caller,
    grants: readonly Grant[],
    publish: string[],
  ][] = [
    ["shop", SHOP, GRANTS.shop, [`rpc.v1.Auth.Sessions.Me.${me}`]],
    ["ada", ADA, GRANTS.ada, [...literals(own(USERS.shop)), `_INBOX.${SHOP.session}.r.a`]],
    ["nobody", NOBODY, [], [
      `rpc.v1.Shop.Buy.${callerToken(NOBODY)}`,
      `rpc.v1.Auth.Sessions.Me.${callerToken(NOBODY)}`,
      ...literals(own(USERS.shop)),
      ...literals(own(USERS.ada)),
      `_INBOX.${NOBODY.session}.a`,
    ]],
  ];
  for (const [user, caller, grants, more] of cases) {
    await t.step(`${user} may neither tell nor hear what is not theirs`, async () => {
      await using hostile = await granted.connect(user, caller);
      const reach = { ...SHOPS, caller, grants };
      const actions = [
        ...hostileActions(reach),
        ...more.map((subject) => ({ verb: "publish", subject, what: "" }) as const),
      ];
      assert(actions.length > 200);
      const tried = await tryActions(hostile.messaging.connection, actions, OTHERS);
      assertEquals(tried.flatMap(({ action, refused }) => refused ? [] : [action]), []);
    });
  }
  assertEquals(heard, []);
  assertEquals(await granted.foreignState(), before);
});

Deno.test("a hostile action that the broker lets through is seen, and harms nothing", async () => {
  await using granted = await GrantedServer.start(USERS);
  const { connection } = granted.admin;
  for (const bucket of [BUCKET, FOREIGN.bucket]) {
    await new RawBuckets(connection).put(bucket, "a", "theirs");
  }
  const state = () => granted.stateOf(() => true);
  const before = await state();
  await using hostile = await granted.connect("admin", SHOP);
  const actions = hostileActions({ ...SHOPS, caller: SHOP, grants: GRANTS.shop });
  const tried = await tryActions(hostile.messaging.connection, actions, OTHERS);
  assertEquals(tried.flatMap(({ action, refused }) => refused ? [action] : []), []);
  assertEquals(await state(), before);
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
  serveSubject(shop.messaging, "rpc.v1.Shop.Buy.*", "shop", handle);
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

/** Subjects without wildcards that lines allow. */
function literals(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.startsWith("_INBOX"))
    .map((line) => line.replaceAll(/(?<=\.)[*>]/g, "a"));
}
