import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { defineHandlers, ok, TransportError, TrellisClient, ValidationError } from "../../mod.ts";
import { deploy, provision } from "../support/deployed.ts";
import { HoldingProxy } from "../support/holding_proxy.ts";
import { RawEvents } from "../support/nats/raw_events.ts";
import { oldestServer } from "../support/oldest_server.ts";
import { board, shop } from "../support/order_events.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const placed = { order: { id: "o-1" }, total: 3 };

async function setUp(server: TrellisServer, servers = server.url) {
  await provision(await server.authority(), board);
  const service = await deploy(server, shop, undefined, { trellisUrl: servers });
  return { service, raw: new RawEvents((await server.connect()).connection) };
}

Deno.test("a handler publishes the events of its contract, and those that it uses", async () => {
  await using server = await TrellisServer.start();
  const handlers = defineHandlers(shop, {
    rpc: {
      "Shop.Place": async ({ input, client }) => {
        await client.event.order.placed.publish(input).orThrow();
        const { id } = await client.event.board.notesAdded.publish({ text: "sold" }).orThrow();
        return ok({ text: id });
      },
    },
  });
  await provision(await server.authority(), board);
  await using service = await deploy(server, shop, handlers);
  await using client = await TrellisClient.connect({ contract: shop, trellisUrl: server.url })
    .orThrow();
  const { text } = await client.rpc.shop.place(placed).orThrow();
  const { time } = await service.event.opened.publish({ text: "again" }).orThrow();
  assert(Date.now() - Date.parse(time) < 60_000);
  const events = await new RawEvents((await server.connect()).connection).all();
  assertEquals(events.map(({ subject }) => subject), [
    "events.v1.Order.Placed.o-1",
    "events.v1.Board.Notes.Added",
    "events.v2.Opened",
  ]);
  assertEquals(events[1]?.headers["Trellis-Event-Id"], text);
});

Deno.test("only what is declared or used is there, for what it is used", async () => {
  await using server = await TrellisServer.start();
  await using service = (await setUp(server)).service;
  assertEquals(Object.keys(service.event).sort(), ["board", "opened", "order"]);
  assertEquals(Object.keys(service.event.board).sort(), ["cleared", "notesAdded"]);
  assertEquals(Object.keys(service.event.board.cleared ?? {}), ["subscribe"]);
  assertEquals("subscribe" in service.event.board.notesAdded, false);
});

Deno.test("a body that does not fit is refused before anything is sent", async () => {
  await using server = await TrellisServer.start();
  const { service, raw } = await setUp(server);
  await using _stop = service;
  const result = await service.event.order.placed.publish({ ...placed, total: -1 });
  assert(result.isErr());
  assertInstanceOf(result.error, ValidationError);
  assertEquals(result.error.issues.map(({ path }) => path), ["/total"]);
  assertEquals(await raw.all(), []);
});

Deno.test("a prepared event is stored once, however often it is published", async () => {
  await using server = await TrellisServer.start();
  const { service, raw } = await setUp(server);
  await using _stop = service;
  const { placed: event } = service.event.order;
  const prepared = event.prepare(placed).orThrow();
  const kept: typeof prepared = JSON.parse(JSON.stringify(prepared));
  for (const each of [prepared, kept, kept]) {
    assertEquals(await event.publishPrepared(each).orThrow(), {
      ...prepared.metadata,
      sequence: 1,
    });
  }
  assertEquals((await raw.all()).length, 1);
  const changed = await event.publishPrepared({ ...kept, subject: "events.v1.Order.Placed.x" });
  assert(changed.isErr());
  assertInstanceOf(changed.error, ValidationError);
  await event.publish(placed).orThrow();
  const [first, second] = await raw.all();
  assertNotEquals(first?.headers["Nats-Msg-Id"], second?.headers["Nats-Msg-Id"]);
});

Deno.test("a lost acknowledgement is answered by publishing again, and the event is stored once", async () => {
  await using server = await TrellisServer.start();
  await using proxy = new HoldingProxy(server.url);
  const { service, raw } = await setUp(server, proxy.url);
  await using _stop = service;
  proxy.hold();
  const published = service.event.order.placed.publish(placed, { timeoutMs: 30_000 });
  await until(async () => (await raw.all()).length === 1, "the event is stored");
  proxy.cut();
  const { id } = await published.orThrow();
  const events = await raw.all();
  assertEquals(events.map(({ headers }) => headers["Nats-Msg-Id"]), [id]);
});

Deno.test("an event is stored only after the one that its publisher has seen of its entity", async () => {
  await using server = await TrellisServer.start();
  await using proxy = new HoldingProxy(server.url);
  const { service, raw } = await setUp(server, proxy.url);
  await using _stop = service;
  const { placed: event } = service.event.order;
  const first = await event.publish(placed, { expect: { last: 0 } }).orThrow();
  const other = { ...placed, order: { id: "o-2" } };
  await event.publish(other, { expect: { last: 0 } }).orThrow();
  // Two have read the same, and one is faster.
  const both = await Promise.all([4, 5].map((total) => {
    return event.publish({ ...placed, total }, { expect: { last: first.sequence } });
  }));
  const refused = both.flatMap((result) => result.isErr() ? [result.error] : []);
  assertEquals(refused.length, 1);
  assertInstanceOf(refused[0], TransportError);
  assertEquals([refused[0].code, refused[0].retryable], ["trellis.event.conflict", false]);
  const [stored] = both.flatMap((result) => result.isOk() ? [result.value] : []);
  // What another event of the entity has changed counts as well.
  await raw.publish("events.v1.Order.Paid.o-1", "{}");
  const late = await event.publish(placed, { expect: { last: stored!.sequence } });
  assert(late.isErr());

  // Its own event, whose acknowledgement was lost, is no other one.
  const last = stored!.sequence + 1;
  proxy.hold();
  const published = event.publish(placed, { expect: { last }, timeoutMs: 30_000 });
  await until(async () => (await raw.all()).length === last + 1, "the event is stored");
  proxy.cut();
  assertEquals((await published.orThrow()).sequence, last + 1);
  assertEquals((await raw.all()).length, last + 1);
});

const oldest = await oldestServer();

Deno.test({
  name: "a server that cannot expect an event is told, and stores none",
  ignore: oldest === undefined,
  fn: async () => {
    await using server = await TrellisServer.start({ binary: oldest! });
    const { service, raw } = await setUp(server);
    await using _stop = service;
    const refused = await service.event.order.placed.publish(placed, { expect: { last: 0 } });
    assert(refused.isErr() && refused.error instanceof TransportError);
    assertEquals(refused.error.code, "trellis.server.unsupported");
    assertEquals(await raw.all(), []);
  },
});

Deno.test("an event waits for a server that is away, and says so when it does not come back", async () => {
  await using server = await TrellisServer.start();
  const { service } = await setUp(server);
  await using _stop = service;
  await server.kill();
  const lost = await service.event.order.placed.publish(placed, { timeoutMs: 100 });
  assert(lost.isErr());
  assertInstanceOf(lost.error, TransportError);
  assertMatch(lost.error.code, /^trellis\.(connection\.(down|lost)|rpc\.timeout)$/);
  const waiting = service.event.order.placed.publish(placed, { timeoutMs: 30_000 });
  await server.startAgain();
  await waiting.orThrow();
});

Deno.test("without the stream, and with an answer that is not the stream's, publishing fails", async () => {
  await using server = await TrellisServer.start();
  const { service, raw } = await setUp(server);
  await using _stop = service;
  await raw.remove();
  const none = await service.event.opened.publish({ text: "a" }, { timeoutMs: 1000 });
  assert(none.isErr() && none.error instanceof TransportError);
  assertEquals(none.error.code, "trellis.rpc.unavailable");
  assert(none.error.hint.includes("trellis dev"));
  await raw.answerEach("events.v2.Opened", '{"stream":"other","seq":1}');
  const foreign = await service.event.opened.publish({ text: "a" });
  assert(foreign.isErr() && foreign.error instanceof TransportError);
  assertEquals(foreign.error.code, "trellis.rpc.malformed_reply");
});

Deno.test("an event that is too large, and a stream that is full, are told apart", async () => {
  await using server = await TrellisServer.start({ maxPayload: 65_536 });
  const { service, raw } = await setUp(server);
  await using _stop = service;
  const code = async (text: string) => {
    const result = await service.event.opened.publish({ text });
    assert(result.isErr() && result.error instanceof TransportError);
    return result.error.code;
  };
  assertEquals(await code("ü".repeat(40_000)), "trellis.rpc.payload_too_large");
  await raw.change({ max_msg_size: 300 });
  assertEquals(await code("a".repeat(1000)), "trellis.rpc.payload_too_large");
  await raw.change({ max_msgs: 1 });
  await service.event.opened.publish({ text: "fits" }).orThrow();
  assertEquals(await code("b"), "trellis.rpc.overloaded");
});

Deno.test("whoever subscribes gets what is published from then on, and what fits the schema", async () => {
  await using server = await TrellisServer.start();
  const { service, raw } = await setUp(server);
  await using _stop = service;
  const { placed: event } = service.event.order;
  await event.publish({ order: { id: "before" }, total: 1 }).orThrow();
  const ending = new AbortController();
  const all = await event.subscribe({ signal: ending.signal }).orThrow();
  const one = await event.subscribe({ params: { "/order/id": "b c" } }).orThrow();
  await raw.publish("events.v1.Order.Placed.x", "{}");
  const prepared = event.prepare({ order: { id: "a" }, total: 2 }).orThrow();
  for (const kept of [prepared, prepared]) await event.publishPrepared(kept).orThrow();
  const last = await event.publish({ order: { id: "b c" }, total: 3 }).orThrow();
  for await (const received of one) {
    assertEquals(received, {
      event: { order: { id: "b c" }, total: 3 },
      id: last.id,
      time: last.time,
      params: { "/order/id": "b c" },
    });
    break;
  }
  const seen: string[] = [];
  for await (const { params } of all) {
    seen.push(params["/order/id"]);
    if (seen.length === 2) setTimeout(() => ending.abort());
  }
  assertEquals(seen, ["a", "b c"]);
  const closed = await event.subscribe().orThrow();
  await service.stop();
  await assertRejects(async () => await closed[Symbol.asyncIterator]().next());
  assertEquals((await event.subscribe()).isErr(), true);
});
