import { assert, assertEquals } from "@std/assert";
import { jetstream } from "@nats-io/jetstream";
import { headers } from "@nats-io/nats-core";
import { EVENT_ID_HEADER } from "../../contracts/stored/event_stream.ts";
import { type BodyOf, isErr, TrellisService } from "../../mod.ts";
import { provision, SILENT } from "../support/deployed.ts";
import { ProjectionStreams } from "../support/nats/projection_streams.ts";
import {
  foldByHand,
  invoices,
  ledger,
  ledgerHandlers,
  reduced,
} from "../support/projections/ledger.ts";
import { MessageProxy } from "../support/message_proxy.ts";
import { shared } from "../support/shared.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const server = shared(async () => {
  const started = await TrellisServer.start();
  await provision(await started.authority(), invoices);
  return started;
});

const FILTERS = [
  "events.v1.Account.Moved.*",
  "events.v1.Account.Closed.*",
  "events.v1.Invoice.Paid",
];

async function make(deployment: string): Promise<ProjectionStreams> {
  const { url } = await server();
  return await ProjectionStreams.make(url, {
    contract: ledger,
    deployment,
    alias: "balances",
    filters: FILTERS,
  });
}

async function start(
  deployment: string,
  trellisUrl?: string,
): Promise<TrellisService<BodyOf<typeof ledger>>> {
  const service = await TrellisService.connect({
    contract: ledger,
    trellisUrl: trellisUrl ?? (await server()).url,
    deployment,
    log: SILENT,
  }).orThrow();
  await service.serve(ledgerHandlers);
  return service;
}

Deno.test("[K57][K58][K59] values are what the reducers make of the events, and it goes on where it stopped", async () => {
  await using streams = await make("ledger");
  const events = Array.from(
    { length: 240 },
    (_, i) =>
      i % 37 === 36
        ? { accountId: `a${i % 7}` }
        : { accountId: `a${i % 7}`, amount: (i * 17) % 11 },
  );
  const publish = async (service: Awaited<ReturnType<typeof start>>, some: typeof events) => {
    let last = 0;
    for (const { accountId, amount } of some) {
      const { account } = service.event;
      const published = amount === undefined
        ? await account.closed.publish({ accountId }).orThrow()
        : await account.moved.publish({ accountId, amount }).orThrow();
      last = published.sequence;
    }
    return last;
  };
  {
    await using service = await start("ledger");
    const last = await publish(service, events.slice(0, 120));
    await service.kv.balances.reached(last).orThrow();
    assertEquals(await streams.values(), foldByHand(events.slice(0, 120)));
    const entry = await service.kv.balances.get("a1").orThrow();
    assertEquals(entry.value, foldByHand(events.slice(0, 120))["a1"]);
    assertEquals(Reflect.get(service.kv.balances, "put"), undefined);
    const late = await service.kv.balances.reached(last + 1000, { timeoutMs: 100 }).take();
    assert(isErr(late));
    assertEquals(late.error.reason, "timeout");
  }
  reduced.splice(0);
  {
    await using service = await start("ledger");
    const last = await publish(service, events.slice(120));
    const paid = { accountId: "a1", amount: 5 };
    const body = JSON.stringify(paid);
    const { seq } = await jetstream(streams.connection).publish("events.v1.Invoice.Paid", body);
    await service.kv.balances.reached(seq).orThrow();
    assertEquals(await streams.values(), foldByHand([...events, paid]));
    // What was folded before it was stopped is not folded again.
    assertEquals(reduced.filter((sequence) => sequence <= last - 120), []);
  }
  // The stream is the truth: an emptied bucket is filled with the same content.
  const before = await streams.values();
  await streams.manager.streams.purge(`KV_${streams.bucket}`);
  await streams.manager.consumers.delete("trellis_events", streams.consumer);
  await streams.makeConsumer();
  await using service = await start("ledger");
  await service.kv.balances.reached(241).orThrow();
  assertEquals(await streams.values(), before);
});

Deno.test("a key whose event cannot be folded stands still, and others go on", async () => {
  await using streams = await make("held");
  await using service = await start("held");
  const { account } = service.event;
  const moved = async (accountId: string, amount: number) =>
    (await account.moved.publish({ accountId, amount }).orThrow()).sequence;
  await moved("good", 1);
  await moved("bad", 2);
  const poison = await moved("bad", 13);
  const after = await moved("bad", 3);
  const oddHeaders = headers();
  oddHeaders.set(EVENT_ID_HEADER, "odd-1");
  const odd = await jetstream(streams.connection).publish(
    "events.v1.Account.Moved.x",
    JSON.stringify({ accountId: "no key", amount: 1 }),
    { headers: oddHeaders },
  );
  const misfit = await moved("worse", -2_000_000);
  await moved("good", 4);
  await until(async () => (await streams.deadLetters()).length === 4, "four dead letters");
  const last = await moved("bad", 5);
  await service.kv.balances.reached(last).orThrow();
  const { good, bad, worse } = await streams.values();
  assertEquals({ good, bad, worse }, {
    worse: undefined,
    bad: foldByHand([{ accountId: "bad", amount: 2 }])["bad"],
    good: foldByHand([1, 4].map((amount) => ({ accountId: "good", amount })))["good"],
  });
  const letters = await streams.deadLetters();
  const [event] = letters.slice(1, 2);
  assertEquals(letters.map(([sequence, reason]) => [sequence, reason]), [
    [poison, "failed"],
    [after, "failed"],
    [odd.seq, "invalid"],
    [misfit, "failed"],
    [last, "failed"],
  ]);
  assertEquals(letters[2]?.[3], "odd-1");
  assertEquals(letters[0]?.[2], `key "bad": unlucky`);
  assert(event?.[2].startsWith(`key "bad" stands still since event `), event?.[2]);
  assert(letters[3]?.[2].includes("/sum"), letters[3]?.[2]);
});

Deno.test("a value whose acknowledgement is lost, or that is lost itself, holds each event once", async () => {
  await using streams = await make("unheard");
  await using proxy = new MessageProxy((await server()).url);
  await using service = await start("unheard", proxy.url);
  const events = Array.from({ length: 40 }, (_, n) => ({ accountId: `u${n % 4}`, amount: n % 12 }));
  const publish = async (some: typeof events) => {
    let last = 0;
    for (const event of some) {
      last = (await service.event.account.moved.publish(event).orThrow()).sequence;
    }
    await service.kv.balances.reached(last, { timeoutMs: 30_000 }).orThrow();
  };
  await publish(events.slice(0, 10));
  const isAck = `{"stream":"KV_${streams.bucket}"`;
  const lost = { acks: 0, values: 0 };
  proxy.fromServer = ({ payload }) => {
    if (!payload.startsWith(isAck) || lost.acks === 2) return payload;
    lost.acks++;
    return undefined;
  };
  proxy.fromClient = ({ subject, payload }) => {
    if (subject !== `$KV.${streams.bucket}.u3` || lost.values === 1) return payload;
    lost.values++;
    return undefined;
  };
  await publish(events.slice(10));
  assertEquals(lost, { acks: 2, values: 1 });
  const values = Object.entries(await streams.values()).filter(([key]) => key.startsWith("u"));
  assertEquals<unknown>(Object.fromEntries(values), foldByHand(events));
});
