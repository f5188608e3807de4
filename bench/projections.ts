import { jetstream } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { EVENT_STREAM } from "../contracts/stored/event_stream.ts";
import { validatorOf } from "../contracts/schema/validator.ts";
import { BucketStream } from "../runtime/kv/nats/bucket_stream.ts";
import { ValueCodec } from "../runtime/kv/value_codec.ts";
import { JetStreamRequests } from "../runtime/nats/jetstream/jetstream_requests.ts";
import { StreamApi } from "../runtime/nats/jetstream/stream_api.ts";
import { KeyStates } from "../runtime/projections/key_states.ts";
import { ProjectedEvents } from "../runtime/projections/projected_events.ts";
import { Projector } from "../runtime/projections/projector.ts";
import { rebuild } from "../runtime/projections/rebuild.ts";
import { BatchLoop } from "../runtime/work/nats/batch_loop.ts";
import { SILENT } from "../tests/support/deployed.ts";
import { ProjectionStreams } from "../tests/support/nats/projection_streams.ts";
import { ledger, ledgerHandlers } from "../tests/support/projections/ledger.ts";
import { TrellisServer } from "../tests/support/trellis_server.ts";
import type { Measurement } from "./measure/measurement.ts";
import { alone } from "./measure/row.ts";

const KEYS = 500;

/** How many events are folded in a second: as they come, each value written with its position, and all of them again. */
export const projections: Measurement = async ({ quick, say }) => {
  const count = quick ? 20_000 : 50_000;
  const rounds = quick ? 2 : 4;
  await using server = await TrellisServer.start();
  await server.authority();
  await using streams = await ProjectionStreams.make(server.url, {
    contract: ledger,
    deployment: "ledger",
    alias: "balances",
    filters: ["events.v1.Account.Moved.*", "events.v1.Account.Closed.*", "events.v1.Invoice.Paid"],
    ackWaitMs: 30_000,
  });
  say(`${count} events`);
  const js = jetstream(streams.connection);
  for (let i = 0; i < count; i += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, j) => {
      const accountId = `account-${(i + j) % KEYS}`;
      const body = JSON.stringify({ accountId, amount: (i + j) % 7 });
      return js.publish(`events.v1.Account.Moved.${accountId}`, body);
    }));
  }
  const requests = JetStreamRequests.of(streams.connection, "_INBOX");
  const need = ledger.manifest.resources!.kv!.balances!;
  const events = new ProjectedEvents(
    ledger,
    need.projection!,
    ledgerHandlers.handlers.projections.balances,
  );
  const codec = new ValueCodec<unknown>(
    validatorOf(ledger.manifest.schemas!.Balance!),
    "balances",
    undefined,
  );
  const { created } = await streams.binding();
  const place = {
    deployment: "ledger",
    kind: "projection",
    name: "balances",
    requests,
    dead: undefined,
  } as const;
  const bucket = async (name: string) => {
    await new Kvm(streams.connection).create(name);
    return new BucketStream(requests, name);
  };

  const folded: number[] = [];
  const rebuilt: number[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    folded.push(await follow(await bucket(`folded_${round}`), `folded_${round}`));
    const target = await bucket(`rebuilt_${round}`);
    const source = new StreamApi(requests, EVENT_STREAM);
    const begun = performance.now();
    const options = { ...place, source, created, target, events, codec, log: SILENT };
    await rebuild(options, new AbortController().signal);
    rebuilt.push(count / (performance.now() - begun) * 1000);
  }
  const target = { of: "figure", limit: 50_000 } as const;
  return [
    alone({ name: "events folded in batches", unit: "/s" }, folded),
    alone({ name: "events folded again, of a whole history", unit: "/s", target }, rebuilt),
  ];

  async function follow(target: BucketStream, consumer: string): Promise<number> {
    await streams.makeConsumer(consumer);
    const projector = new Projector({
      ...place,
      events,
      states: new KeyStates(target, created),
      codec,
      maxDeliver: 5,
      log: SILENT,
    });
    const done = Promise.withResolvers<void>();
    let left = count;
    const begun = performance.now();
    const loop = new BatchLoop({
      requests,
      stream: EVENT_STREAM,
      consumer,
      ackWaitMs: 30_000,
      purpose: "the measurement",
      log: SILENT,
      handle: async (batch) => {
        const handled = await projector.handle(batch);
        left -= handled;
        if (left <= 0) done.resolve();
        return handled;
      },
    });
    await done.promise;
    const rate = count / (performance.now() - begun) * 1000;
    await loop.stop();
    return rate;
  }
};
