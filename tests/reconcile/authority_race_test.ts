import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../contracts/define/define.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import { holdOf } from "../../reconcile/authority/surface_claims.ts";
import { propose, provision } from "../support/deployed.ts";
import { kvContract } from "../support/kv_contract.ts";
import { ordersRpc } from "../support/orders_rpc.ts";
import { TrellisServer } from "../support/trellis_server.ts";

const DEPLOYMENT = "orders-service";

Deno.test("two terminals that accept at once: one wins, the other hears who it was", async () => {
  await using server = await TrellisServer.start();
  const [author, ada, bob] = [
    await server.authority(),
    await server.authority(),
    await server.authority(),
  ];
  for (let round = 0; round < 40; round++) {
    const { plan } = await propose(author, kvContract({ [`k${round}`]: {}, base: {} }));
    const verb = plan.kind === "update" ? "accept-update" as const : "accept-migration" as const;
    const results = await Promise.all(([["ada", ada], ["bob", bob]] as const).map(
      async ([by, authority]) => ({
        by,
        decided: await authority.decide(DEPLOYMENT, plan.id, { verb, by, acknowledgement: "ok" }),
      }),
    ));
    const winners = results.filter(({ decided }) => decided.isOk());
    assertEquals(winners.length, 1, `round ${round}`);
    for (const { decided } of results) {
      if (decided.isOk()) continue;
      assertEquals(decided.error.code, "plan_already_decided");
      assertStringIncludes(decided.error.message, `accepted by ${winners[0]?.by}`);
    }
  }
  const record = (await author.history(DEPLOYMENT)).orThrow();
  assertEquals([record.desired?.version, record.history.length], [40, 40]);
  assertEquals((await author.verify(DEPLOYMENT)).orThrow().findings, []);
});

Deno.test("two deployments that are accepted for one surface at once: one gets it, in every round", async () => {
  await using server = await TrellisServer.start();
  const authorities = [await server.authority(), await server.authority()];
  for (let round = 0; round < 15; round++) {
    const contract = surfaceContract(round);
    const names = [`one${round}`, `two${round}`];
    const plans = [];
    for (const name of names) plans.push((await propose(authorities[0]!, contract, name)).plan);
    const decided = await Promise.all(
      plans.map((plan, i) =>
        authorities[i]!.decide(plan.deployment, plan.id, { verb: "accept-update", by: "me" })
      ),
    );
    assertEquals(decided.filter((one) => one.isOk()).length, 1, `round ${round}`);
    const [refused] = decided.filter((one) => one.isErr());
    assertEquals(refused?.isErr() && refused.error.code, "surface_taken");
  }
});

Deno.test("two dev processes that present one surface for two deployments at once: one is accepted", async () => {
  await using server = await TrellisServer.start();
  const authorities = [await server.authority(), await server.authority()];
  for (let round = 0; round < 10; round++) {
    const { manifest, digest } = surfaceContract(round);
    const presented = await Promise.all(
      authorities.map((authority, i) =>
        authority.present([{ manifest, digest, deployment: `d${i}r${round}` }], {
          mode: "dev",
          by: "me",
        })
      ),
    );
    const [one, two] = presented.map(([result]) => result);
    assertEquals([one?.isOk(), two?.isOk()].filter(Boolean).length, 1, `round ${round}`);
  }
});

function surfaceContract(n: number): Contract {
  return defineServiceContract({ schemas: { Item: Type.Object({}) } }, (ref) => ({
    id: `surface${n}@v1` as const,
    displayName: "Surface",
    description: "Serves something.",
    rpc: {
      [`Item${n}.Get`]: {
        version: "v1" as const,
        input: ref.schema("Item"),
        output: ref.schema("Item"),
      },
    },
  }));
}

Deno.test("a surface that its deployment gave up can be taken by another", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, ordersRpc, "one");
  const refused = await authority.present(
    [{ manifest: ordersRpc.manifest, digest: ordersRpc.digest, deployment: "two" }],
    { mode: "strict", by: "me" },
  );
  assertEquals(refused[0]?.isErr() && refused[0].error.code, "surface_taken");
  await provision(authority, kvContract({ orders: {} }, { id: "orders-service@v1" }), "one");
  const { record } = await provision(authority, ordersRpc, "two");
  assertEquals(record.desired?.version, 1);
});

Deno.test("a claim counts while its plan is undecided and fresh, or its deployment serves the surface", () => {
  const at = "2030-01-01T00:00:00.000Z";
  const claim = {
    format: "trellis.surface.v1" as const,
    subject: "rpc.v1.A",
    deployment: "one",
    planId: "P",
    at,
  };
  const later = (seconds: number) => new Date(Date.parse(at) + seconds * 1000).toISOString();
  assert(holdOf(claim, undefined, later(1)) !== undefined);
  assertEquals(holdOf(claim, undefined, later(61)), undefined);
  assertEquals(holdOf(claim, undefined, later(-3600)), undefined);
  assertEquals(holdOf({ ...claim, at: "never" }, undefined, later(1)), undefined);
  const record = {
    format: "trellis.authority.v1" as const,
    deployment: "one",
    mode: "strict" as const,
    modeBy: "me",
    retired: [],
    history: [{ planId: "P", outcome: "accepted" as const, at, by: "me", version: 1 }],
  };
  assertEquals(holdOf(claim, record, later(1)), undefined);
});

Deno.test("whatever many processes do to one deployment at once, its history verifies", async () => {
  await using server = await TrellisServer.start();
  const authorities = await Promise.all(Array.from({ length: 3 }, () => server.authority()));
  await Promise.all(authorities.map(async (authority, who) => {
    for (let i = 0; i < 12; i++) {
      const contract = kvContract({ orders: { history: 1 + i % 3 }, [`k${who}${i}`]: {} });
      const { manifest, digest } = contract;
      const [presented] = await authority.present([{ manifest, digest }], {
        mode: "strict",
        by: `p${who}`,
      });
      const plan = presented?.isOk() ? presented.value.plan : undefined;
      if (plan !== undefined) {
        const verb = plan.kind === "update" ? "accept-update" : "accept-migration";
        const by = `p${who}`;
        await authority.decide(DEPLOYMENT, plan.id, { verb, by, acknowledgement: "ok" });
      }
      if (i % 4 === 0) await authority.reconcile(DEPLOYMENT);
    }
  }));
  const [first] = authorities;
  (await first!.reconcile(DEPLOYMENT)).orThrow();
  const report = (await first!.verify(DEPLOYMENT)).orThrow();
  assertEquals(report.findings, []);
  // What was accepted and taken out again before anybody reconciled, no decision retires.
  assertEquals(report.notes.filter((note) => !note.endsWith("a reconcile did")), []);
  const plans = (await first!.plans(DEPLOYMENT)).orThrow();
  const { history, pending } = (await first!.history(DEPLOYMENT)).orThrow();
  const decided = history.filter(({ outcome }) => outcome !== "mode");
  assertEquals(plans.length, decided.length + (pending === undefined ? 0 : 1));
});
