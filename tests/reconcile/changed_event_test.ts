import { assertEquals } from "@std/assert";
import { type TSchema, Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract, ok } from "../../mod.ts";
import type { EventConsumerDeclaration } from "../../contracts/define/declaration.ts";
import { impactLines } from "../../cli/words/impact_text.ts";
import { accept, connect, deploy, propose, provision } from "../support/deployed.ts";
import { GroupStreams } from "../support/nats/group_streams.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

/** Publishes payments, with amounts of one kind or another. */
const payments = <Amount extends TSchema>(
  amount: Amount,
  eventConsumers: Readonly<Record<string, EventConsumerDeclaration>> = {},
) => {
  const Paid = Type.Object({ payer: Type.String(), amount });
  return defineServiceContract({ schemas: { Paid } }, (ref) => ({
    id: "payments@v1",
    displayName: "Payments",
    description: "Says what was paid.",
    events: { "Payment.Made": { version: "v1", params: ["/payer"], event: ref.schema("Paid") } },
    eventConsumers,
  }));
};
const numbers = payments(Type.Number());
const mixed = payments(Type.Union([Type.Number(), Type.String()]));

/** Knows payments with numbers. */
const receipts = defineServiceContract({}, () => ({
  id: "receipts@v1",
  displayName: "Receipts",
  description: "Writes receipts.",
  uses: {
    required: { payments: numbers.use({ events: { subscribe: ["Payment.Made"] } }) },
  },
  eventConsumers: { writer: { uses: { payments: ["Payment.Made"] } } },
}));

Deno.test("what no longer fits a reader of an event that its owner has changed is a dead letter, and the rest is handled", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, numbers);
  const seen: number[] = [];
  await using _reader = await deploy(
    server,
    receipts,
    defineHandlers(receipts, {
      events: {
        writer: {
          uses: {
            payments: {
              "Payment.Made": ({ event: { amount } }) => {
                seen.push(amount);
                return ok();
              },
            },
          },
        },
      },
    }),
  );
  const { plan } = await propose(authority, mixed);
  const found = plan.changes.map(({ code, affects }) => [code, affects]);
  assertEquals([plan.kind, found], ["migration", [["output.type.widened", ["receipts"]]]]);
  await accept(authority, plan);
  (await authority.reconcile(plan.deployment)).orThrow();
  await using owner = await connect(server, mixed);
  for (const amount of [1, "two", 3]) {
    await owner.event.payment.made.publish({ payer: "p", amount }).orThrow();
  }
  await until(() => seen.length === 2, "what fits is handled");
  assertEquals(seen, [1, 3]);
  await using streams = await GroupStreams.open(server.url);
  const letters = await streams.deadLetters("receipts");
  assertEquals(letters.map(({ reason, body }) => [reason, JSON.parse(body).amount]), [
    ["invalid", "two"],
  ]);
});

Deno.test("a schema that stored events do not fit says how many they are, and how many of them wait for whom", async () => {
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  const audited = { audit: { self: ["Payment.Made"], ordering: "key" } } as const;
  const before = payments(Type.Union([Type.Number(), Type.String()]), audited);
  await provision(authority, before);
  await provision(authority, receipts);
  // Nobody runs the groups.
  await using owner = await connect(server, before);
  for (const [payer, amount] of [["a", 1], ["b", "two"], ["c", 3], ["b", "four"]] as const) {
    await owner.event.payment.made.publish({ payer, amount }).orThrow();
  }
  const { plan } = await propose(authority, payments(Type.Number(), audited));
  const impactNow = async () => {
    const measured = (await authority.measure(plan.deployment, plan.id)).orThrow();
    return measured.plan.changes.find(({ code }) => code === "schema.type.narrowed")?.impact;
  };
  const waits = { values: 2, scanned: 4 };
  // The lanes of a group get their copies a moment later.
  const scanned = async () => (await impactNow())?.pending?.map(({ scanned }) => scanned);
  await until(async () => String(await scanned()) === "4,4", "all were copied");
  const impact = await impactNow();
  assertEquals(impact?.pending, [
    { deployment: "payments", group: "audit", ...waits },
    { deployment: "receipts", group: "writer", ...waits },
  ]);
  const [first, second] = impact?.first ?? [];
  assertEquals(impactLines(impact!), [
    "2 of 4 stored events Payment.Made would no longer fit the schema",
    `${first?.key}: /amount must be number`,
    `${second?.key}: /amount must be number`,
    "would become dead letters: 2 of 4 waiting for payments/audit",
    "would become dead letters: 2 of 4 waiting for receipts/writer",
    "accept when none waits any more: trellis status",
  ]);
  // Nobody has looked at everything, so nobody knows.
  const hurried = (await authority.measure(plan.deployment, plan.id, { timeLimitMs: 0 })).orThrow();
  const [unknown] = hurried.plan.changes.flatMap(({ impact }) => impact ?? []);
  assertEquals([unknown?.complete, unknown?.scanned], [false, 0]);
});
