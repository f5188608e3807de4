import { EVENT_STREAM } from "../contracts/stored/event_stream.ts";
import { ok } from "../mod.ts";
import { deployTally } from "../tests/support/groups/tally.ts";
import { GroupStreams } from "../tests/support/nats/group_streams.ts";
import { TrellisServer } from "../tests/support/trellis_server.ts";
import { run } from "./measure/load.ts";
import { Meter } from "./measure/meter.ts";
import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { compared, type Row } from "./measure/row.ts";
import { openRawConsumer } from "./nats/raw_consumer.ts";

const RAW = "nats.js consume";
const BARE = "nats.js subscribe";
const AT_ONCE = 64;
/** Of the size of a small order. */
const PAD = "x".repeat(200);

/**
 * From publishing an event to its handler, and how many of those that wait are handled in a second. Trellis
 * validates each, and asks the server whether it has heard each acknowledgement; the library does neither.
 */
export const groups: Measurement = async ({ quick, say }) => {
  await using server = await TrellisServer.start();
  await using streams = await GroupStreams.open(server.url);
  const settings = { concurrency: AT_ONCE, ackWaitMs: 30_000 };
  const { start } = await deployTally(server, streams, "tally", "none", settings);
  await using raw = await openRawConsumer(server.url, EVENT_STREAM, "events.v1.Raw.*", AT_ONCE);
  const rounds = quick ? 5 : 15;

  say("event to handler");
  const first = await latencies();
  say("events in a second");
  const second = await rates();
  return [...first, ...second];

  async function latencies(): Promise<readonly Row[]> {
    let came = Promise.withResolvers<void>();
    await using service = await start(() => {
      came.resolve();
      return ok();
    });
    await using own = await openRawConsumer(server.url, EVENT_STREAM, "events.v1.Bare.a", AT_ONCE);
    const consuming = await own.consume(() => came.resolve());
    using bare = await own.subscribe("events.v1.Heard.a", () => came.resolve());
    const once = (publish: () => PromiseLike<unknown>) => async () => {
      came = Promise.withResolvers<void>();
      await Promise.all([publish(), came.promise]);
    };
    const load = { kind: "sequential", calls: quick ? 200 : 400 } as const;
    const { counted } = service.event.thing;
    const figures = await inTurns({
      Trellis: { turn: () => run(load, once(() => counted.publish({ key: "a", n: 1 }).orThrow())) },
      [RAW]: { turn: () => run(load, once(() => own.publish({ key: "a", n: 1 }))) },
      [BARE]: { turn: () => run(load, once(() => bare.publish({ key: "a", n: 1 }))) },
    }, rounds);
    consuming.stop();
    const target = { of: "ratio", limit: 1.5 } as const;
    const name = "event to handler, p50";
    return [
      compared({ name, unit: "us", target }, figures, RAW),
      // Without a stored position and without acknowledgements, as far as a subscription goes.
      compared({ name, unit: "us" }, figures, BARE),
    ];
  }

  async function rates(): Promise<readonly Row[]> {
    const count = quick ? 10_000 : 40_000;
    const bodies = Array.from({ length: count }, (_, n) => ({ key: "a", n, pad: PAD }));
    const figures = await inTurns({
      Trellis: {
        turn: async () => {
          await raw.fill("events.v1.Thing.Counted.a", bodies);
          const meter = new Meter(count);
          await using _service = await start(() => {
            meter.count();
            return ok();
          });
          return await meter.done;
        },
      },
      [RAW]: {
        turn: async () => {
          await raw.fill("events.v1.Raw.a", bodies);
          const meter = new Meter(count);
          const consuming = await raw.consume(() => meter.count());
          const rate = await meter.done;
          consuming.stop();
          return rate;
        },
      },
    }, rounds);
    const target = { of: "ratio", limit: 0.8 } as const;
    return [compared({ name: "events, 64 at once", unit: "/s", target }, figures, RAW)];
  }
};
