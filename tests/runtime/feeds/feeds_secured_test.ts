/** Feeds where the server knows who subscribes: connections that are replaced, and rights that are taken. */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { TransportError, TrellisClient } from "../../../mod.ts";
import { pause } from "../../../runtime/nats/pause.ts";
import { provision } from "../../support/deployed.ts";
import { board, meterHandlers, meters, type ReadingsHandler } from "../../support/feeds/meters.ts";
import { Reading } from "../../support/feeds/reading.ts";
import { SecuredTrellis } from "../../support/platform/secured_trellis.ts";
import { shared } from "../../support/shared.ts";
import { until } from "../../support/until.ts";

/** Connections are replaced before they are so old. */
const CONNECTION_S = 4;
const READ = "meters::read";

const live: ReadingsHandler = async function* ({ input: { meter }, context }) {
  assertEquals(context.caller.principal.kind, "user");
  const everyMs = meter === "slow" ? 500 : 1;
  for (let n = 1; await pause(everyMs, context.signal); n++) yield { value: { meter, n } };
};

const started = shared(async () => {
  const trellis = await SecuredTrellis.start({ connectionS: CONNECTION_S });
  await provision(trellis.authority, meters);
  // Both have the same key, so each hears what is asked of the other.
  const { seed: sessionKeySeed } = await trellis.platform.openSession("meters");
  for (let n = 0; n < 2; n++) {
    const service = await trellis.connect(meters, { sessionKeySeed });
    await service.serve(meterHandlers(live, async function* () {
      yield { value: { id: "a" } };
    }));
  }
  await provision(trellis.authority, board);
  return trellis;
});

/** A client of somebody who may see what meters read, and what takes that from them. */
async function reader(id: string) {
  const { platform, url: trellisUrl } = await started();
  const principal = { kind: "user", id } as const;
  const change = async (action: "add" | "remove") => {
    const by = "test";
    (await platform.access.change({ action, holder: principal, names: [READ], by })).orThrow();
  };
  await change("add");
  const opened = await platform.openUserSession({ principal, contract: board });
  const { seed: sessionKeySeed } = opened.orThrow();
  const client = await TrellisClient.connect({ contract: board, trellisUrl, sessionKeySeed })
    .orThrow();
  return {
    feed: client.feed.meter,
    withdraw: () => change("remove"),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

Deno.test("a feed goes on without a gap while the connections of both sides are replaced", async () => {
  await using ada = await reader("ada");
  const open = async () => new Reading(await ada.feed.readings({ meter: "a" }).orThrow());
  const readings = await Promise.all([open(), open(), open(), open()]);
  const end = performance.now() + 2500 * CONNECTION_S;
  await until(() => performance.now() > end, "connections are replaced more than once");
  await Promise.all(readings.map((reading) => reading.goesOn()));
  for (const { jumps, gaps } of readings) assertEquals([jumps, gaps], [[], []]);
});

Deno.test("a right that is taken ends the feeds that need it, with the reason, and no others", async () => {
  await using eve = await reader("eve");
  const feeds = await Promise.all(
    ["a", "slow"].map((meter) => eve.feed.readings({ meter }).orThrow()),
  );
  const readings = feeds.map((feed) => new Reading(feed));
  await Promise.all(readings.map((reading) => reading.goesOn(1)));
  await eve.withdraw();
  const taken = performance.now();
  for (const [n, feed] of feeds.entries()) {
    const outcome = await feed.outcome;
    assert(outcome.isErr());
    assertInstanceOf(outcome.error, TransportError);
    assertEquals(outcome.error.code, "trellis.permission.capability");
    await readings[n]?.ended;
  }
  // Not with the next sign of life, five seconds later.
  assert(performance.now() - taken < 4500);
  const refused = await eve.feed.readings({ meter: "a" });
  assert(refused.isErr() && refused.error instanceof TransportError);
  assertEquals(refused.error.missing, [READ]);
  await eve.feed.levels({ meter: "a" }).orThrow();
});
