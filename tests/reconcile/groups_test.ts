import { assertEquals } from "@std/assert";
import { provision } from "../support/deployed.ts";
import { bank, noticesContract } from "../support/consumers/bank_contracts.ts";
import { TrellisServer } from "../support/trellis_server.ts";

Deno.test("a declared group gets its streams and durables, and services learn where they are", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, bank);
  const contract = noticesContract(
    { one: {}, many: { concurrency: 8, maxDeliver: 3 }, keyed: { ordering: "key" } },
    {
      balances: { projection: { uses: { money: ["Account.Moved"] }, key: "/accountId" } },
      accounts: { changes: { event: "Notice.Written" } },
    },
  );
  const { materialized } = await provision(authority, contract);
  assertEquals(materialized?.problems, []);
  const { groups, projections, relays, dead, steps } = materialized!.bindings;
  const later = {
    stream: "trellis_later_notices",
    consumer: "group__notices__one",
    schedules: true,
  } as const;
  const defaults = { ackWaitMs: 30_000, maxDeliver: 5, backoffMs: [1000, 5000, 30_000] };
  assertEquals(groups?.one, {
    ...defaults,
    stream: "trellis_events",
    consumers: ["group__notices__one"],
    concurrency: 1,
    ordering: "strict",
    onDead: "continue",
    later,
  });
  assertEquals([groups?.many?.ordering, groups?.many?.maxDeliver], ["none", 3]);
  assertEquals(groups?.keyed?.stream, "trellis_group_notices__keyed");
  assertEquals(groups?.keyed?.consumers.length, 8);
  assertEquals(groups?.keyed?.consumers[7], "group__notices__keyed__7");
  assertEquals(projections?.balances?.consumer, "projection__notices__balances");
  assertEquals(relays, {
    accounts: { stream: "KV_svc_notices_accounts", consumer: "relay__notices__accounts" },
  });
  assertEquals([dead, steps], ["trellis_dead_notices", "trellis_steps_notices"]);
  const again = (await authority.reconcile("notices")).orThrow();
  assertEquals([again.actions, again.materialized], [[], materialized]);
});
