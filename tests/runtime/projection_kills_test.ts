import { assertEquals } from "@std/assert";
import { jetstream } from "@nats-io/jetstream";
import { fileURLToPath } from "node:url";
import { FOLDED_KEY, projectionShape } from "../../contracts/stored/projection_names.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import { provision } from "../support/deployed.ts";
import { MessageProxy } from "../support/message_proxy.ts";
import { ProjectionStreams } from "../support/nats/projection_streams.ts";
import { foldByHand, invoices, ledger } from "../support/projections/ledger.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const PROGRAM = fileURLToPath(new URL("../support/projections/ledger_process.ts", import.meta.url));

function spawn(url: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", PROGRAM, url, "ledger"],
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function makeStreams(server: TrellisServer): Promise<ProjectionStreams> {
  await provision(await server.authority(), invoices);
  return await ProjectionStreams.make(server.url, {
    contract: ledger,
    deployment: "ledger",
    alias: "balances",
    filters: ["events.v1.Account.Moved.*", "events.v1.Account.Closed.*", "events.v1.Invoice.Paid"],
  });
}

Deno.test("[K57][K59] the values equal a fold of the stream, whatever is killed", async () => {
  await using server = await TrellisServer.start();
  await using streams = await makeStreams(server);
  const start = () => spawn(server.url);
  const events: { accountId: string; amount?: number }[] = [];
  let isOver = false;
  const publishing = (async () => {
    const js = jetstream(streams.connection);
    for (let n = 0; !isOver; n++) {
      const accountId = `a${(n * 7) % 23}`;
      const event = n % 41 === 40 ? { accountId } : { accountId, amount: (n * 31) % 12 };
      const name = "amount" in event ? "Moved" : "Closed";
      const body = JSON.stringify(event);
      // Published until it is stored, and stored once.
      for (;;) {
        const options = { msgID: String(n), timeout: 1000 };
        const stored = await js.publish(`events.v1.Account.${name}.${accountId}`, body, options)
          .catch(() => undefined);
        if (stored !== undefined) break;
      }
      events.push(event);
    }
  })();
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  let instances = [start(), start()];
  const folds = async () => Object.keys(await streams.values().catch(() => ({}))).length > 0;
  await until(folds, "the first values are there");
  for (let round = 0; round < 3; round++) {
    await pause(100 + Math.random() * 200);
    const [killed] = instances;
    killed?.kill("SIGKILL");
    await killed?.status;
    instances = [...instances.slice(1), start()];
    if (round !== 1) continue;
    await server.kill();
    await server.startAgain();
  }
  await pause(500);
  isOver = true;
  await publishing;
  const expected = foldByHand(events);
  const isFolded = async () =>
    JSON.stringify(await streams.values().catch(() => ({}))) === JSON.stringify(expected);
  await until(isFolded, "everything is folded").catch(() => {});
  for (const instance of instances) instance.kill("SIGKILL");
  await Promise.all(instances.map(({ status }) => status));
  assertEquals(await streams.values(), expected);
});

Deno.test("a rebuild whose process is killed in the middle is begun again, and equals a fold of the stream", async () => {
  await using server = await TrellisServer.start();
  await using streams = await makeStreams(server);
  const { balances } = needsOf(ledger.manifest, ledger.digest).resources.kv;
  const { key, version, events: names } = balances!.projection!;
  const shape = projectionShape({ schema: balances!.schema, key, version, events: names });
  const next = await streams.makeNext(shape);
  await streams.bind(ledger, { ...await streams.binding(), shape: "as before", next });
  const events = Array.from(
    { length: 900 },
    (_, n) => ({ accountId: `a${n % 300}`, amount: n % 12 }),
  );
  const js = jetstream(streams.connection);
  const publish = (some: typeof events) =>
    Promise.all(some.map((event) => {
      return js.publish(`events.v1.Account.Moved.${event.accountId}`, JSON.stringify(event));
    }));
  await publish(events.slice(0, 600));
  // It dies with its first write, between two parts of the keys, and when it is to say that all is there.
  const deaths = [
    (writes: number) => writes === 1,
    (writes: number) => writes === 280,
    (_: number, subject: string) => subject.endsWith(FOLDED_KEY),
  ];
  for (const dies of deaths) {
    await using proxy = new MessageProxy(server.url);
    const instance = spawn(proxy.url);
    let writes = 0;
    proxy.fromClient = ({ subject, payload }) => {
      if (!subject.startsWith(`$KV.${next.bucket}.`)) return payload;
      if (!dies(++writes, subject)) return payload;
      instance.kill("SIGKILL");
      return undefined;
    };
    await instance.status;
  }
  const instance = spawn(server.url);
  await publish(events.slice(600));
  const expected = JSON.stringify(foldByHand(events));
  const isFolded = async () => JSON.stringify(await streams.values(next.bucket)) === expected;
  await until(isFolded, "it is whole, and follows the events").catch(() => {});
  instance.kill("SIGKILL");
  await instance.status;
  assertEquals(await streams.values(next.bucket), foldByHand(events));
  assertEquals(await streams.values(), {});
});
