/** What breaks while a feed goes on: readers, instances, the broker, and what is on its way. */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  conflate,
  err,
  type Feed,
  type FeedOptions,
  sharedFeed,
  TransportError,
  TrellisClient,
  UnexpectedError,
} from "../../../mod.ts";
import { pause } from "../../../runtime/nats/pause.ts";
import { connect, provision } from "../../support/deployed.ts";
import {
  board,
  counting,
  meterHandlers,
  meters,
  NoMeterError,
  type ReadingsHandler,
} from "../../support/feeds/meters.ts";
import { Reading } from "../../support/feeds/reading.ts";
import { MessageProxy } from "../../support/message_proxy.ts";
import { SpokenProcess } from "../../support/spoken_process.ts";
import { shared } from "../../support/shared.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

const PROGRAM = new URL("../../support/feeds/meter_process.ts", import.meta.url);

async function start(): Promise<TrellisServer> {
  const started = await TrellisServer.start();
  await provision(await started.authority(), meters);
  return started;
}

const server = shared(start);

async function serve(onReadings: ReadingsHandler, at?: TrellisServer) {
  return await connect(at ?? await server(), meters, meterHandlers(onReadings));
}

/** A client, by way of a proxy where one is given. */
async function follow(at?: { readonly url: string }) {
  const { url: trellisUrl } = at ?? await server();
  const client = await TrellisClient.connect({ contract: board, trellisUrl }).orThrow();
  const { readings } = client.feed.meter;
  return {
    open: (options?: FeedOptions, meter = "a") => readings({ meter }, options).orThrow(),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Ten a millisecond at most, counted on from the cursor, until nobody wants them. */
const ticking: ReadingsHandler = async function* ({ input: { meter }, cursor, context }) {
  for (let n = Number(cursor ?? 0) + 1; await pause(1, context.signal); n++) {
    for (const last = n + 9; n < last; n++) yield { value: { meter, n }, cursor: String(n) };
    yield { value: { meter, n }, cursor: String(n) };
  }
};

/** The same from now on, without cursors. */
const live: ReadingsHandler = async function* ({ input: { meter }, context }) {
  for (let n = 1; await pause(1, context.signal); n++) yield { value: { meter, n } };
};

function codeOf(outcome: Awaited<Feed<unknown, Error>["outcome"]>): string | undefined {
  assert(outcome.isErr());
  assertInstanceOf(outcome.error, TransportError);
  return outcome.error.code;
}

Deno.test("a slow reader is sent a window of frames or bytes, and its handler waits for it", async () => {
  for (const [bytes, inWindow] of [[0, 512], [64 * 1024, 64]] as const) {
    let given = 0;
    await using _service = await serve(async function* ({ input: { meter } }) {
      for (;;) yield { value: { meter, n: ++given, text: "x".repeat(bytes) } };
    });
    await using at = await follow();
    const items = (await at.open())[Symbol.asyncIterator]();
    await until(() => given === inWindow, "the window is full");
    await pause(200);
    assertEquals(given, inWindow);
    for (let n = 1; n <= 3 * inWindow; n++) {
      const next = await items.next();
      assertEquals(next.value?.value.n, n);
      assert(given <= n + 2 * inWindow);
    }
    await items.return?.();
  }
});

Deno.test("a reader that does not take anything keeps its feed, and costs the others nothing", async () => {
  await using _service = await serve(ticking);
  await using at = await follow();
  const stuck = await at.open();
  const reading = new Reading(await at.open());
  await reading.goesOn(2000);
  const items = stuck[Symbol.asyncIterator]();
  for (let n = 1; n <= 1000; n++) assertEquals((await items.next()).value?.value.n, n);
  await items.return?.();
  assertEquals([reading.jumps, reading.gaps], [[], []]);
});

Deno.test("a frame that is lost is asked for again with the cursor, and is a gap without one", async () => {
  const { url } = await server();
  for (const [handler, onGap] of [[ticking], [live], [live, "end"]] as const) {
    await using _service = await serve(handler);
    await using proxy = new MessageProxy(url);
    await using at = await follow(proxy);
    let isDropped = false;
    proxy.fromServer = ({ payload }) => {
      if (isDropped || !payload.includes('{"seq":50,')) return payload;
      isDropped = true;
      return undefined;
    };
    const feed = await at.open(onGap && { onGap });
    const reading = new Reading(feed);
    if (onGap === "end") {
      assertEquals(codeOf(await feed.outcome), "trellis.feed.gap");
      await reading.ended;
      assertEquals(reading.last, 49);
    } else {
      await until(() => isDropped, "a frame is lost");
      await until(
        () => handler === live ? reading.gaps.length > 0 : reading.last > 100,
        "it goes on",
      );
      await reading.goesOn();
      assertEquals(reading.jumps, handler === live ? [1] : []);
      assertEquals(reading.gaps, handler === live ? [1] : []);
    }
  }
});

Deno.test("the last frame that is lost is missed with the next sign of life", async () => {
  const { url } = await server();
  await using _service = await serve(async function* ({ input: { meter }, cursor, context }) {
    for (let n = Number(cursor ?? 0) + 1; n <= 3; n++) {
      // In a message of its own.
      if (n === 3) await pause(20, context.signal);
      yield { value: { meter, n }, cursor: String(n) };
    }
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
  });
  await using proxy = new MessageProxy(url);
  await using at = await follow(proxy);
  let isDropped = false;
  proxy.fromServer = ({ payload }) => {
    if (isDropped || !payload.includes('{"seq":3,')) return payload;
    isDropped = true;
    return undefined;
  };
  const reading = new Reading(await at.open());
  await until(() => reading.last === 3, "the third comes");
  assertEquals([isDropped, reading.jumps, reading.gaps], [true, [], []]);
});

Deno.test("a service that stops has its feeds go on at another instance, at once and without a gap", async () => {
  const first = await serve(ticking);
  await using at = await follow();
  const readings = [];
  for (let n = 0; n < 20; n++) readings.push(new Reading(await at.open()));
  await Promise.all(readings.map((reading) => reading.goesOn()));
  await using _second = await serve(ticking);
  const began = performance.now();
  await first.stop();
  await Promise.all(readings.map((reading) => reading.goesOn(100)));
  assert(performance.now() - began < 5000);
  for (const { jumps, gaps } of readings) assertEquals([jumps, gaps], [[], []]);
});

Deno.test("a service that stops has the signals of its handlers abort, and a new one finds the readers", async () => {
  let isAborted = false;
  const first = await serve(async function* ({ input: { meter }, context }) {
    context.signal.addEventListener("abort", () => isAborted = true);
    yield { value: { meter, n: 1 } };
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
  });
  await using at = await follow();
  const reading = new Reading(await at.open());
  await reading.goesOn(1);
  await first.stop();
  assert(isAborted);
  // Nobody serves it for a while.
  await pause(500);
  await using _second = await serve(live);
  await reading.goesOn();
  assertEquals(reading.gaps, [1]);
});

Deno.test("an instance that dies or freezes is followed by another one, from the cursor on", async () => {
  const { url } = await server();
  for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
    await using one = SpokenProcess.start(PROGRAM, url, "one");
    await until(() => one.hasSaid("serving"), "the first serves");
    await using at = await follow();
    const feed = await at.open();
    const reading = new Reading(feed);
    await reading.goesOn();
    await using _two = await serve(ticking);
    one.signal(signal);
    await until(() => reading.texts.size === 2, "the other one goes on");
    await reading.goesOn();
    assertEquals([reading.jumps, reading.gaps], [[], []]);
  }
});

Deno.test("a reader that vanishes has the handler's signal abort", async () => {
  const { url } = await server();
  let isAborted = false;
  await using _service = await serve((request) => {
    request.context.signal.addEventListener("abort", () => isAborted = true);
    return ticking(request);
  });
  const proxy = new MessageProxy(url);
  await using at = await follow(proxy);
  await new Reading(await at.open()).goesOn();
  await proxy[Symbol.asyncDispose]();
  const gone = performance.now();
  await until(() => isAborted, "the signal aborts");
  // It was heard five seconds before at the latest.
  const afterMs = performance.now() - gone;
  assert(afterMs > 5000 && afterMs < 30_000, `${afterMs}`);
});

Deno.test("a broker that is killed and started again leaves a feed as it was, but for a gap without a cursor", async () => {
  await using broker = await start();
  await using _service = await connect(
    broker,
    meters,
    meterHandlers(
      (request) => request.input.meter === "a" ? ticking(request) : live(request),
    ),
  );
  await using client = await TrellisClient.connect({ contract: board, trellisUrl: broker.url })
    .orThrow();
  const open = (meter: string, options?: FeedOptions) =>
    client.feed.meter.readings({ meter }, options).orThrow();
  const withCursor = new Reading(await open("a"));
  const without = new Reading(await open("b"));
  const strict = await open("c", { onGap: "end" });
  await withCursor.goesOn();
  await without.goesOn();
  await broker.kill();
  await pause(300);
  await broker.startAgain();
  await withCursor.goesOn();
  await until(() => without.gaps.length > 0, "it goes on with a gap");
  assertEquals([withCursor.jumps, withCursor.gaps], [[], []]);
  assertEquals(codeOf(await strict.outcome), "trellis.feed.gap");
});

Deno.test("a source is left when its feed ends, also when what it gave cannot be written, or it fails to leave", async () => {
  let left = 0;
  async function* endless({ input: { meter } }: { input: { meter: string } }) {
    try {
      for (let n = 1n;; n++) {
        const value = { meter, n: 1, exactly: n };
        yield { value };
      }
    } finally {
      left++;
    }
  }
  const handlers: ReadingsHandler[] = [
    endless,
    (request) => conflate(endless(request)),
    sharedFeed(endless),
  ];
  for (const [n, handler] of handlers.entries()) {
    await using _service = await serve(handler);
    await using at = await follow();
    const outcome = await (await at.open()).outcome;
    assert(outcome.isErr());
    assertInstanceOf(outcome.error, UnexpectedError);
    await until(() => left === n + 1, `source ${n} is left`);
  }
  await using _service = await serve(({ input: { meter } }) => ({
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: false, value: { value: { meter, n: 1 } } }),
      return() {
        throw new Error("it does not leave");
      },
    }),
  }));
  await using at = await follow();
  // More than a session may have at once.
  for (let n = 0; n < 66; n++) for await (const _ of await at.open()) break;
});

Deno.test("who asks for feeds that are not there keeps nobody else from being served", async () => {
  await using _service = await connect(await server(), meters, meterHandlers(counting), {
    maxInFlight: 120,
  });
  const raw = await (await server()).connect();
  const ask = async (subject: string, body: object) => {
    const options = { timeoutMs: 5000, requestId: crypto.randomUUID() };
    const subjectOfCaller = `feeds.v1.Meter.Readings${subject}.${raw.caller}`;
    return JSON.parse(
      (await raw.request(subjectOfCaller, JSON.stringify(body), options)).orThrow().text,
    );
  };
  const { instance } = await ask("", { input: { meter: "a" }, inbox: "nobody" });
  const credits: Promise<unknown>[] = [];
  for (let wave = 0; wave < 4; wave++) {
    for (let n = 0; n < 40; n++) {
      credits.push(ask(`.credit.${instance}`, { feed: "forged", upTo: 1 }));
    }
    await raw.flush();
    await pause(50);
  }
  await using at = await follow();
  for await (const _ of await at.open()) break;
  for (const answer of await Promise.all(credits)) assertEquals(answer, { unknown: true });
});

Deno.test("a feed that does not begin leaves no subscription behind", async () => {
  await using _service = await serve(() => err(new NoMeterError({ meter: "a" })));
  let said = "";
  await using proxy = new TcpProxy((await server()).url, () => ({
    fromClient: (bytes) => {
      said += new TextDecoder().decode(bytes);
      return bytes;
    },
  }));
  await using at = await follow(proxy);
  for (const signal of [AbortSignal.abort(), undefined]) {
    const failed = await at.open(signal && { signal }).catch((cause) => cause);
    assertEquals(failed.name, signal ? "TransportError" : "NoMeterError");
  }
  const lines = (start: RegExp) => said.match(start)?.length ?? 0;
  assertEquals(lines(/^SUB \S+\.feed\./gm), 2);
  await until(() => lines(/^UNSUB /gm) === 2, "both are given up", 5000);
});

Deno.test("a session has 64 feeds at most, and room again when one ends", async () => {
  await using _service = await serve(async function* ({ input: { meter }, context: { signal } }) {
    yield { value: { meter, n: 1 } };
    if (meter === "verbose") return err(new NoMeterError({ meter: "x".repeat(2 << 20) }));
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  await using at = await follow();
  const feeds = [];
  for (let n = 0; n < 63; n++) feeds.push(await at.open());
  // It ends with an error that the server does not take, and frees one place and no more.
  const verbose = await at.open({}, "verbose");
  assertEquals(codeOf(await verbose.outcome), "trellis.rpc.payload_too_large");
  feeds.push(await at.open());
  const { url: trellisUrl } = await server();
  const refused = await at.open().catch((error) => error);
  assertInstanceOf(refused, TransportError);
  assertEquals(refused.code, "trellis.rpc.overloaded");
  // Others are not concerned.
  await using other = await TrellisClient.connect({ contract: board, trellisUrl }).orThrow();
  await other.feed.meter.readings({ meter: "a" }).orThrow();
  for await (const _ of feeds[0]!) break;
  await until(async () => {
    const again = await at.open().catch(() => undefined);
    return again !== undefined;
  }, "there is room again");
});

Deno.test("a value that the server does not take ends the feed and says so", async () => {
  await using _service = await serve(async function* ({ input: { meter } }) {
    yield { value: { meter, n: 1 } };
    yield { value: { meter, n: 2, text: "x".repeat(2 << 20) } };
  });
  await using at = await follow();
  const feed = await at.open();
  const reading = new Reading(feed);
  assertEquals(codeOf(await feed.outcome), "trellis.rpc.payload_too_large");
  await reading.ended;
  assertEquals(reading.last, 1);
});

Deno.test("closing the client ends its feeds with the reason", async () => {
  await using _service = await serve(counting);
  const at = await follow();
  const feed = await at.open();
  const reading = new Reading(feed);
  await reading.goesOn();
  await at[Symbol.asyncDispose]();
  assertEquals(codeOf(await feed.outcome), "trellis.connection.closed");
  await reading.ended;
});
