/** What the compiler knows of transactions. Checked, never run. */
import { assertType, type IsExact } from "@std/testing/types";
import {
  type AsyncResult,
  type BodyOf,
  isErr,
  type KVError,
  type Transact,
  type Transacted,
  type Transaction,
  type TransportError,
  type ValidationError,
} from "../../mod.ts";
import type { bank } from "../support/transact/outbox.ts";

type Bank = BodyOf<typeof bank>;

/** Buckets with an outbox, and own events. */
export function members(): void {
  assertType<IsExact<keyof Transaction<Bank>["kv"], "accounts">>(true);
  assertType<IsExact<keyof Transaction<Bank>["event"], "account" | "owner">>(true);
  assertType<
    IsExact<
      ReturnType<Transact<Bank>>,
      AsyncResult<Transacted, KVError | ValidationError | TransportError>
    >
  >(true);
}

/** What a transaction takes. */
export async function mistakes(transact: Transact<Bank>): Promise<void> {
  const done = await transact((tx) => {
    tx.kv.accounts.put("a", { accountId: "a", balance: 1 }, { expectedRevision: "1" });
    tx.event.account.moved({ accountId: "a", n: 1, text: "" });
    // @ts-expect-error a balance is a number
    tx.kv.accounts.create("a", { accountId: "a", balance: "1" });
    // @ts-expect-error the bucket has no outbox
    tx.kv.owners;
    // @ts-expect-error the event has an account
    tx.event.account.moved({ n: 1, text: "" });
    // @ts-expect-error values are not read in a transaction
    tx.kv.accounts.get("a");
  }).take();
  if (!isErr(done)) assertType<IsExact<typeof done, Transacted>>(true);
}
