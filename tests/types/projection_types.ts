/** What the compiler knows of projections. Checked, never run. */
import { assertType, type IsExact } from "@std/testing/types";
import {
  type BodyOf,
  defineHandlers,
  type HandlerClient,
  type ReadonlyKV,
  type ReducedEvent,
  TrellisService,
} from "../../mod.ts";
import { ledger } from "../support/projections/ledger.ts";

interface Balance {
  sum: number;
  trail: number;
}

const uses = { invoices: { "Invoice.Paid": () => undefined } };

defineHandlers(ledger, {
  projections: {
    balances: {
      "Account.Moved": (balance, event, meta) => {
        assertType<IsExact<typeof balance, Balance | undefined>>(true);
        assertType<IsExact<typeof event, { accountId: string; amount: number }>>(true);
        assertType<IsExact<typeof meta, ReducedEvent>>(true);
        return { sum: event.amount, trail: balance?.trail ?? 0 };
      },
      "Account.Closed": () => undefined,
      uses: {
        invoices: {
          "Invoice.Paid": (balance, { amount }) => ({ sum: amount, trail: balance?.sum ?? 0 }),
        },
      },
    },
  },
});

// @ts-expect-error a projection has reducers
defineHandlers(ledger, {});
// @ts-expect-error every event has a reducer
defineHandlers(ledger, { projections: { balances: { "Account.Moved": () => undefined, uses } } });
defineHandlers(ledger, {
  projections: {
    // @ts-expect-error those of used contracts as well
    balances: { "Account.Moved": () => undefined, "Account.Closed": () => undefined },
  },
});
defineHandlers(ledger, {
  projections: {
    balances: {
      // @ts-expect-error reducers answer a value of the bucket
      "Account.Moved": () => ({ sum: "1", trail: 0 }),
      // @ts-expect-error and they do so at once
      "Account.Closed": async () => await Promise.resolve({ sum: 1, trail: 0 }),
      uses,
    },
  },
});

/** Reads and waits; nothing writes. */
export async function read(client: HandlerClient<BodyOf<typeof ledger>>): Promise<void> {
  const { balances } = client.kv;
  assertType<IsExact<typeof balances, ReadonlyKV<Balance>>>(true);
  const moved = await client.event.account.moved.publish({ accountId: "a", amount: 1 }).orThrow();
  await balances.reached(moved.sequence, { timeoutMs: 100 }).orThrow();
  const { value } = await balances.get("a").orThrow();
  assertType<IsExact<typeof value, Balance>>(true);
  // @ts-expect-error Property 'put' does not exist on type 'ReadonlyKV<…>'
  await balances.put("a", { sum: 1, trail: 1 });
  // @ts-expect-error Property 'delete' does not exist on type 'ReadonlyKV<…>'
  await balances.delete("a");
}

/** In the other style. */
export async function register(): Promise<void> {
  const service = await TrellisService.connect({ contract: ledger }).orThrow();
  service.handle.projection.balances({
    "Account.Moved": (_, event) => ({ sum: event.amount, trail: 0 }),
    "Account.Closed": () => undefined,
    uses,
  });
  // @ts-expect-error every event has a reducer
  service.handle.projection.balances({ "Account.Closed": () => undefined, uses });
}
