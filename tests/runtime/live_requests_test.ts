import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { LiveHub } from "../../cli/live/nats/live_hub.ts";
import { requestsSubject, WATCH_SUBJECT } from "../../contracts/live/live_subjects.ts";
import { parseRequestBatch } from "../../contracts/live/reports.ts";
import { lotOf, traceOf } from "../../contracts/live/trace.ts";
import { parseWish, type Wish, WISH_LIMITS } from "../../contracts/live/wish.ts";
import { ok, TrellisClient } from "../../mod.ts";
import { RequestSampler } from "../../runtime/live/request_sampler.ts";
import { Wishes } from "../../runtime/live/wishes.ts";
import { deploy } from "../support/deployed.ts";
import { RawEvents } from "../support/nats/raw_events.ts";
import { desk, mail, serveMail } from "../support/platform/mailing.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const letter = { text: "secret" };
const WISH: Wish = {
  format: "trellis.watch.v1",
  watcher: "test",
  perSecond: 100,
  share: 1,
  holdMs: 10_000,
};

/** The desk, which sends each letter by mail, and somebody who may do everything. */
async function start() {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await TrellisServer.start());
  const post = opened.use(await deploy(server, mail));
  await serveMail(post);
  const service = opened.use(await deploy(server, desk));
  service.handle.rpc.desk.ask(async ({ input, client }) => {
    const { rpc, event } = client.used.post!;
    await event.mail.wanted.publish(input).orThrow();
    return ok(await rpc.mail.send(input).orThrow());
  });
  await service.serving();
  const client = opened.use(
    await TrellisClient.connect({ contract: desk, trellisUrl: server.url }).orThrow(),
  );
  const admin = await server.connect();
  const heard: { subject: string; text: string }[] = [];
  admin.line.subscribe("trellis.v1.live.>", {
    callback: (_cause, { subject, data }) =>
      void heard.push({ subject, text: new TextDecoder().decode(data) }),
  });
  await admin.flush();
  const all = opened.move();
  return {
    server,
    admin,
    heard,
    ask: (options = {}) => client.rpc.desk.ask(letter, options).orThrow(),
    batches: () =>
      heard.map(({ text }) => parseRequestBatch(text)).filter((batch) => batch !== undefined),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

Deno.test("a request is reported while somebody watches, in its trace, and never what it says", async (t) => {
  await using at = await start();
  const { admin, heard } = at;

  await t.step("nothing is reported while nobody watches", async () => {
    for (let i = 0; i < 20; i++) await at.ask();
    await admin.flush();
    assertEquals(heard, []);
  });

  const hub = new LiveHub({ perSecond: 100 });
  const watching = new AbortController();
  const look = () => hub.look({ messaging: admin, signal: watching.signal, tell: () => {} });
  const requests = () =>
    hub.after(0, { kind: "request" }, 100).flatMap((item) => item.kind === "request" ? item : []);

  await t.step("a call, and the call and the event that it leads to, are one trace", async () => {
    look();
    const { trace } = traceOf({ requestId: "first", span: undefined, traceparent: undefined });
    const sentFor = (span: string) =>
      requests().find(({ rpc, parent }) => rpc === "Mail.Send" && parent === span);
    // The first ones may have come before the wish did.
    const asked = await untilFound(async () => {
      await at.ask({ requestId: "first" });
      return requests().find(({ rpc, span }) => rpc === "Desk.Ask" && sentFor(span) !== undefined);
    }, "a call, and the call that its handler made for it");
    const sent = sentFor(asked.span)!;
    assertEquals([asked.trace, sent.trace, asked.parent], [trace, trace, undefined]);
    assertEquals([asked.deployment, asked.contract, asked.code], ["desk", "desk@v1", "ok"]);
    assertEquals([sent.deployment, sent.request], ["mail", "first"]);
    const size = JSON.stringify(letter).length;
    assertEquals([asked.bytesIn, asked.bytesOut], [size, size]);
    await until(
      () => hub.ofTrace(trace).some((item) => item.kind === "event" && item.parent === asked.span),
      "the event of the handler",
    );
    // Only what happened since somebody watches.
    const [event] = hub.after(0, { kind: "event" }, 1);
    const stored = await new RawEvents(admin.connection).all();
    assertEquals(event?.kind === "event" && event.bytes, JSON.stringify(letter).length);
    assert(stored.length > 20);
    assertEquals(heard.some(({ text }) => text.includes(letter.text)), false);
  });

  await t.step(
    "a trace of the caller's own goes on, and handlers see it as it was sent",
    async () => {
      const trace = "0af7651916cd43dd8448eb211c80319c";
      const parent = "b7ad6b7169203331";
      await at.ask({ traceparent: `00-${trace}-${parent}-01` });
      await until(() => hub.ofTrace(trace).length > 2, "two requests and an event of it");
      const asked = requests().find((item) => item.trace === trace && item.rpc === "Desk.Ask");
      assertEquals(asked?.parent, parent);
      const events = await new RawEvents(admin.connection).all();
      assertEquals(events.at(-1)?.headers.traceparent, `00-${trace}-${parent}-01`);
    },
  );

  await t.step("a report in the name of another deployment is dropped", async () => {
    const [batch] = at.batches();
    const forged = JSON.stringify({ ...batch, deployment: "mail" });
    const before = hub.last;
    for (const deployment of ["desk", "mail.more", "nobody"]) {
      admin.line.publish(requestsSubject({ deployment, instance: "x" }), forged);
    }
    for (const text of ["{", "{}", JSON.stringify({ ...batch, requests: [{ rpc: 1 }] })]) {
      admin.line.publish(requestsSubject({ deployment: "mail", instance: "x" }), text);
    }
    await until(() => hub.traffic.refused > 0, "they are counted");
    await admin.flush();
    assertEquals(hub.after(before, { kind: "request" }, 1), []);
  });

  await t.step("nothing is reported any more when nobody looks", async () => {
    watching.abort();
    assertEquals(hub.isReading, false);
    await until(async () => {
      const before = heard.length;
      await at.ask();
      await new Promise((resolve) => setTimeout(resolve, 600));
      return heard.length === before;
    }, "the last wish is over");
  });

  await t.step(
    "an instance reports no more than is wished, and how many it has left out",
    async () => {
      heard.length = 0;
      const calls = 1000;
      for (let i = 0; i < calls / 50; i++) {
        admin.line.publish(WATCH_SUBJECT, JSON.stringify({ ...WISH, perSecond: 20 }));
        await admin.flush();
        await Promise.all(Array.from({ length: 50 }, at.ask));
      }
      const seen = (deployment: string) =>
        at.batches().filter((batch) => batch.deployment === deployment);
      await until(() => sum(seen("desk"), ({ seen }) => seen) >= calls * 0.9, "most of them");
      for (const { requests } of at.batches()) assertLessOrEqual(requests.length, 20 / 4);
      for (const deployment of ["desk", "mail"]) {
        const all = () => sum(seen(deployment), ({ seen }) => seen);
        const told = () => sum(seen(deployment), ({ requests }) => requests.length);
        const missing = () => sum(seen(deployment), ({ leftOut }) => leftOut);
        // What was in work is told with a later report.
        await until(() => told() + missing() === all(), "each is told of or left out");
        assert(missing() > told(), "most are left out");
      }
    },
  );
});

async function untilFound<T>(find: () => Promise<T | undefined>, what: string): Promise<T> {
  let found: T | undefined;
  await until(async () => (found = await find()) !== undefined, what);
  return found!;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((all, item) => all + of(item), 0);
}

Deno.test("all who serve a part of a trace keep or drop it together", () => {
  const [busy, calm] = [new RequestSampler(), new RequestSampler()];
  const wish = { perSecond: 400, share: 1 };
  const lots = Array.from(
    { length: 5000 },
    (_, i) => ({ lot: lotOf(new TextEncoder().encode(`${i}`)) }),
  );
  const middle = lots.filter(({ lot }) => lot < 0.5).length / lots.length;
  assert(middle > 0.45 && middle < 0.55, "lots are spread evenly");
  busy.wish(wish);
  for (const lot of lots) busy.takes(lot);
  const first = busy.next();
  assertEquals([first.seen, first.leftOut], [5000, 4900]);
  // What the busiest can report is wished of all.
  const agreed = { ...wish, share: first.share };
  busy.wish(agreed);
  calm.wish(agreed);
  const kept = lots.filter((lot) => busy.takes(lot));
  assertEquals(lots.filter((lot) => calm.takes(lot)), kept);
  assert(kept.length > 50 && kept.length < 100, `${kept.length} of 100 are used`);
});

Deno.test("a request without a trace context has the trace of its id, whoever serves it", () => {
  const claims = { requestId: "r", span: undefined, traceparent: undefined };
  const { trace } = traceOf(claims);
  assertEquals(trace.length, 32);
  const behind = { ...claims, span: `${trace}-${"1".repeat(16)}` };
  assertEquals(traceOf(behind), { trace, parent: "1".repeat(16) });
  for (const traceparent of ["", "00-1-2-3", `ff-${trace}-${"1".repeat(16)}-01`]) {
    assertEquals(traceOf({ ...claims, traceparent }), { trace });
  }
});

Deno.test("wishes are bounded, and over when their time is", () => {
  const text = (patch: object) => JSON.stringify({ ...WISH, ...patch });
  assertEquals(parseWish(text({ perSecond: 1e9, holdMs: 1e9, share: 9 })), {
    ...WISH,
    perSecond: WISH_LIMITS.perSecond,
    holdMs: WISH_LIMITS.holdMs,
    share: 1,
  });
  for (const bad of [{ perSecond: 0 }, { watcher: "a b" }, { share: "1" }, { deployment: 1 }]) {
    assertEquals(parseWish(text(bad)), undefined);
  }
  assertEquals(parseWish(" ".repeat(2000)), undefined);
  const wishes = new Wishes("orders");
  wishes.note(text({ deployment: "other" }), 0);
  assertEquals(wishes.at(0), undefined);
  wishes.note(text({ deployment: "orders", perSecond: 10 }), 0);
  wishes.note(text({ watcher: "b", perSecond: 40, share: 0.5, holdMs: 500 }), 0);
  assertEquals(wishes.at(499), { perSecond: 40, share: 0.5 });
  assertEquals(wishes.at(501), { perSecond: 10, share: 1 });
  wishes.note(text({ deployment: "other" }), 501);
  assertEquals(wishes.at(502), undefined);
  for (let i = 0; i < 100; i++) wishes.note(text({ watcher: `w${i}`, perSecond: i + 1 }), 0);
  assertEquals(wishes.at(0)?.perSecond, 16);
});
