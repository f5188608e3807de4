/** A contract with a projection of own events and of those of another contract, for tests. */
import { type Static, Type } from "@sinclair/typebox";
import { defineHandlers, defineServiceContract, type ReducedEvent } from "../../../mod.ts";

const Moved = Type.Object({ accountId: Type.String(), amount: Type.Integer() });
const Closed = Type.Object({ accountId: Type.String() });
const Balance = Type.Object({
  sum: Type.Integer({ minimum: -1_000_000 }),
  /** Depends on every event and on their order. */
  trail: Type.Integer(),
});
type Balance = Static<typeof Balance>;

/** Publishes what the projection uses. */
export const invoices = defineServiceContract({ schemas: { Moved } }, (ref) => ({
  id: "invoices@v1",
  displayName: "Invoices",
  description: "Says what was paid.",
  events: { "Invoice.Paid": { version: "v1", event: ref.schema("Moved") } },
}));

/** Keeps balances. */
export const ledger = defineServiceContract({ schemas: { Moved, Closed, Balance } }, (ref) => ({
  id: "ledger@v1",
  displayName: "Ledger",
  description: "Keeps balances.",
  uses: {
    required: { invoices: invoices.use({ events: { subscribe: ["Invoice.Paid"] } }) },
  },
  events: {
    "Account.Moved": { version: "v1", params: ["/accountId"], event: ref.schema("Moved") },
    "Account.Closed": { version: "v1", params: ["/accountId"], event: ref.schema("Closed") },
  },
  resources: {
    kv: {
      balances: {
        purpose: "Balance of each account",
        schema: ref.schema("Balance"),
        projection: {
          self: ["Account.Moved", "Account.Closed"],
          uses: { invoices: ["Invoice.Paid"] },
          key: "/accountId",
        },
      },
    },
  },
}));

/** What reducers have been called with, for tests that count. */
export const reduced: number[] = [];

function move(before: Balance | undefined, amount: number, { sequence }: ReducedEvent): Balance {
  reduced.push(sequence);
  if (amount === 13) throw new Error("unlucky");
  const trail = ((before?.trail ?? 7) * 31 + amount + 1000) % 1_000_003;
  return { sum: (before?.sum ?? 0) + amount, trail };
}

/** Its reducers. */
export const ledgerHandlers = defineHandlers(ledger, {
  projections: {
    balances: {
      "Account.Moved": (balance, { amount }, meta) => move(balance, amount, meta),
      "Account.Closed": () => undefined,
      uses: {
        invoices: { "Invoice.Paid": (balance, { amount }, meta) => move(balance, amount, meta) },
      },
    },
  },
});

/** What a fold of events gives, made by hand: a movement, or undefined for a closed account. */
export function foldByHand(
  events: readonly { readonly accountId: string; readonly amount?: number }[],
): Record<string, Balance> {
  const found = new Map<string, Balance>();
  for (const { accountId, amount } of events) {
    if (amount === undefined) found.delete(accountId);
    else {
      const before = found.get(accountId);
      const trail = ((before?.trail ?? 7) * 31 + amount + 1000) % 1_000_003;
      found.set(accountId, { sum: (before?.sum ?? 0) + amount, trail });
    }
  }
  return Object.fromEntries([...found].sort(([a], [b]) => a < b ? -1 : 1));
}
