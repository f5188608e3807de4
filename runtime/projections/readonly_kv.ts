import type { AsyncResult } from "../../contracts/result.ts";
import type { KVError } from "../kv/kv_error.ts";
import type { TypedKV } from "../kv/typed_kv.ts";

/** How long it is waited for a projection. */
export interface ReachedOptions {
  /** Milliseconds; 5000 unless given. */
  readonly timeoutMs?: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/**
 * A KV bucket whose values are made of events, by reducers: a projection. It is read like any other, and
 * nobody but its reducers writes to it. Reads may be a moment behind the events; {@link ReadonlyKV.reached}
 * waits for one.
 *
 * ```ts ignore
 * const moved = await client.event.account.moved.publish({ accountId, amount }).orThrow();
 * await client.kv.balances.reached(moved.sequence).orThrow();
 * const balance = await client.kv.balances.get(accountId).orThrow();
 * ```
 */
export interface ReadonlyKV<T>
  extends Pick<TypedKV<T>, "get" | "keys" | "list" | "history" | "watch" | "follow" | "status"> {
  /**
   * Resolves when the values hold all events up to a sequence, as publishing an event answers it;
   * `timeout` when they do not in time.
   */
  reached(sequence: number, options?: ReachedOptions): AsyncResult<void, KVError>;
}
