import { assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract, ok } from "../../../mod.ts";
import { connect, provision } from "../../support/deployed.ts";
import { TrellisServer } from "../../support/trellis_server.ts";
import { until } from "../../support/until.ts";

const Mail = Type.Object({ to: Type.String() });

const mail = (concurrency: number) =>
  defineServiceContract({ schemas: { Mail } }, (ref) => ({
    id: "mail@v1",
    displayName: "Mail",
    description: "Sends mail.",
    jobs: {
      send: { payload: ref.schema("Mail"), concurrency, keyConcurrency: { key: "/to" } },
    },
  }));

/** Keeps account of what runs. */
class Account {
  readonly #busy = new Set<string>();
  readonly runs = new Map<string, number>();
  doubled = 0;

  async work(key: string, id: string): Promise<void> {
    if (this.#busy.has(key)) this.doubled++;
    this.#busy.add(key);
    await new Promise((done) => setTimeout(done, 10));
    this.#busy.delete(key);
    this.runs.set(id, (this.runs.get(id) ?? 0) + 1);
  }
}

Deno.test("[W11] lanes move under work and over two instances: never two of one key at once, none lost, none twice", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const account = new Account();
  const start = async (contract: ReturnType<typeof mail>) => {
    const { materialized } = await provision(authority, contract);
    assertEquals(materialized?.problems, []);
    return await connect(
      server,
      contract,
      defineHandlers(contract, {
        jobs: {
          send: async ({ payload, job }) => {
            await account.work(payload.to, job.id);
            return ok();
          },
        },
      }),
    );
  };
  const count = 500;
  await using first = await start(mail(4));
  for (let n = 0; n < count; n++) {
    await first.client.jobs.send.create({ to: `k${n % 20}` }).orThrow();
  }
  // More consumers than before, and then fewer, each while there is work.
  await using second = await start(mail(9));
  await first.stop();
  await using _third = await start(mail(3));
  await second.stop();
  await until(() => account.runs.size === count, "all are done");
  assertEquals(account.doubled, 0);
  assertEquals([...account.runs.values()].filter((runs) => runs > 1), []);
});
