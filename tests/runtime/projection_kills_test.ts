import { assertEquals } from "@std/assert";
import { jetstream } from "@nats-io/jetstream";
import { fileURLToPath } from "node:url";
import { provision } from "../support/deployed.ts";
import { ProjectionStreams } from "../support/nats/projection_streams.ts";
import { foldByHand, invoices, ledger } from "../support/projections/ledger.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

const PROGRAM = fileURLToPath(new URL("../support/projections/ledger_process.ts", import.meta.url));

Deno.test("[K57][K59] the values equal a fold of the stream, whatever is killed", async () => {
  await using server = await TrellisServer.start();
  await provision(await server.authority(), invoices);
  await using streams = await ProjectionStreams.make(server.url, {
    contract: ledger,
    deployment: "ledger",
    alias: "balances",
    filters: ["events.v1.Account.Moved.*", "events.v1.Account.Closed.*", "events.v1.Invoice.Paid"],
  });
  const start = () =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", PROGRAM, server.url, "ledger"],
      stdout: "null",
      stderr: "null",
    }).spawn();
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
