import { assertEquals } from "@std/assert";
import { type TSchema, Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract, ok } from "../../mod.ts";
import { accept, connect, deploy, propose, provision } from "../support/deployed.ts";
import { GroupStreams } from "../support/nats/group_streams.ts";
import { TrellisServer } from "../support/trellis_server.ts";
import { until } from "../support/until.ts";

/** Publishes payments, with amounts of one kind or another. */
const payments = <Amount extends TSchema>(amount: Amount) => {
  const Paid = Type.Object({ payer: Type.String(), amount });
  return defineServiceContract({ schemas: { Paid } }, (ref) => ({
    id: "payments@v1",
    displayName: "Payments",
    description: "Says what was paid.",
    events: { "Payment.Made": { version: "v1", params: ["/payer"], event: ref.schema("Paid") } },
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
