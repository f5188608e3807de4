/** Feeds from end to end on one server. */
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  err,
  ok,
  TransportError,
  TrellisClient,
  UnexpectedError,
  ValidationError,
} from "../../../mod.ts";
import { connect, provision } from "../../support/deployed.ts";
import {
  board,
  counting,
  type LevelsHandler,
  meterHandlers,
  meters,
  NoMeterError,
  type ReadingsHandler,
} from "../../support/feeds/meters.ts";
import { shared } from "../../support/shared.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

const server = shared(async () => {
  const started = await TrellisServer.start();
  await provision(await started.authority(), meters);
  return started;
});

async function serve(onReadings?: ReadingsHandler, onLevels?: LevelsHandler) {
  return await connect(await server(), meters, meterHandlers(onReadings, onLevels));
}

async function follow() {
  const { url: trellisUrl } = await server();
  const client = await TrellisClient.connect({ contract: board, trellisUrl }).orThrow();
  const { readings, levels } = client.feed.meter;
  return { client, readings, levels, [Symbol.asyncDispose]: () => client.close() };
}

Deno.test("values come in order, leaving the loop ends the feed with ok, and the handler hears of it", async () => {
  const ended = Promise.withResolvers<void>();
  let isCleanedUp = false;
  await using _service = await serve(async function* (request) {
    request.context.signal.addEventListener("abort", () => ended.resolve());
    try {
      for (let n = 1;; n++) yield { value: { meter: request.input.meter, n }, cursor: `${n}` };
    } finally {
      isCleanedUp = true;
    }
  });
  await using at = await follow();
  const feed = await at.readings({ meter: "a" }).orThrow();
  let last = 0;
  for await (const { value, cursor, gap } of feed) {
    assertEquals([value, cursor, gap], [{ meter: "a", n: ++last }, `${last}`, false]);
    if (last === 2000) break;
  }
  assertEquals(await feed.outcome, ok());
  await ended.promise;
  await until(() => isCleanedUp, "the generator is cleaned up");
  assertThrows(() => feed[Symbol.asyncIterator](), TypeError);
});

Deno.test("a feed ends for both sides when its handler returns, and with the error that it returns", async () => {
  await using _service = await serve(async function* ({ input }) {
    yield { value: { meter: input.meter, n: 1 } };
    if (input.meter !== "fine") return err(new NoMeterError(input));
  });
  await using at = await follow();
  for (const meter of ["fine", "broken"]) {
    const feed = await at.readings({ meter }).orThrow();
    const values = await Array.fromAsync(feed, ({ value, cursor }) => [value.n, cursor]);
    assertEquals(values, [[1, undefined]]);
    assertEquals(await feed.outcome, meter === "fine" ? ok() : err(new NoMeterError({ meter })));
  }
});

Deno.test("a feed is refused with a declared error, and for an input that does not fit", async () => {
  await using _service = await serve(({ input }) => err(new NoMeterError(input)));
  await using at = await follow();
  const refused = await at.readings({ meter: "none" });
  assertEquals(refused, err(new NoMeterError({ meter: "none" })));
  // No compiler lets it through.
  const invalid = await at.readings({} as { meter: string });
  assert(invalid.isErr());
  assertInstanceOf(invalid.error, ValidationError);
});

Deno.test("the signal ends a feed, also before it begins", async () => {
  await using _service = await serve(counting);
  await using at = await follow();
  const ends = new AbortController();
  const feed = await at.readings({ meter: "a" }, { signal: ends.signal }).orThrow();
  let taken = 0;
  for await (const _ of feed) if (++taken === 3) ends.abort();
  assertEquals(await feed.outcome, ok());
  const late = await at.readings({ meter: "a" }, { signal: ends.signal });
  assert(late.isErr() && late.error instanceof TransportError);
  assertEquals(late.error.code, "trellis.rpc.aborted");
});

Deno.test("a handler that throws, and a value or a cursor that does not fit, end the feed with an UnexpectedError", async () => {
  await using _service = await serve(async function* ({ input }) {
    yield { value: { meter: input.meter, n: 1 } };
    if (input.meter === "throws") throw new Error("broken");
    if (input.meter === "lost") yield { value: { meter: "", n: 2 }, cursor: "c".repeat(5000) };
    yield { value: { meter: input.meter, n: 0.5 } };
  });
  await using at = await follow();
  for (const meter of ["throws", "misfit", "lost"]) {
    const feed = await at.readings({ meter }).orThrow();
    assertEquals((await Array.fromAsync(feed)).length, 1);
    const outcome = await feed.outcome;
    assert(outcome.isErr());
    assertInstanceOf(outcome.error, UnexpectedError);
  }
});

Deno.test("a handler's own client and an alias subscribe as well", async () => {
  await using service = await serve(counting, async function* ({ input, client }) {
    const feed = await client.feed.meter.readings(input).orThrow();
    for await (const { value } of feed) {
      yield { value: { id: value.meter, level: value.n } };
      if (value.n === 2) return;
    }
  });
  await using at = await follow();
  const { levels } = at.client.used.meters.feed.meter;
  const feed = await levels({ meter: "x" }).orThrow();
  assertEquals((await Array.fromAsync(feed)).map(({ value }) => value.level), [1, 2]);
  const own = await service.feed.meter.levels({ meter: "y" }).orThrow();
  assertEquals((await Array.fromAsync(own)).length, 2);
});
