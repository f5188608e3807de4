import type { AsyncValue } from "../../contracts/async_value.ts";
import type { CallOptions } from "../rpc/call_options.ts";
import { checkedAnswer } from "./checked_answer.ts";
import type {
  OldEntry,
  StateAbsent,
  StateApplied,
  StateDeletion,
  StateEntry,
  StateFound,
  StateUnchanged,
} from "./state_entry.ts";
import type { StateDeleteOptions, StatePutOptions } from "./state_options.ts";
import type { StateFailure, StoreAccess } from "./store_access.ts";

/**
 * State of one value: each caller has one of their own. `T` is the type of the value, and `Old` that of the
 * older versions that the contract accepts.
 *
 * ```ts ignore
 * const answer = await client.state.preferences.get();
 * if ("migrationRequired" in answer) {
 *   // Written by an older version of the app: change the value, and put it back.
 *   const { value, revision } = answer.entry;
 *   await client.state.preferences.put({ ...value, compact: false }, { expectedRevision: revision });
 * } else if (answer.found) {
 *   show(answer.entry.value);
 * }
 * ```
 */
export class ValueStore<T, Old = Record<never, never>> {
  readonly #access: StoreAccess;

  /** Made by the runtime for every store that a contract declares; nothing is sent. */
  constructor(access: StoreAccess) {
    this.#access = access;
  }

  /** The value. One of an older version that the contract accepts has `migrationRequired`. */
  get(
    options?: CallOptions,
  ): AsyncValue<StateFound<StateEntry<T>> | StateAbsent | OldEntry<Old>, StateFailure> {
    return checkedAnswer(this.#access.get(undefined, options));
  }

  /**
   * Replaces the value, or with an `expectedRevision` only that one. An answer that gets lost is asked for
   * again until the call's time is over; the value is written once.
   */
  put(
    value: T,
    options?: StatePutOptions,
  ): AsyncValue<
    StateApplied<StateEntry<T>> | StateUnchanged<StateEntry<T> | OldEntry<Old>>,
    StateFailure
  > {
    return checkedAnswer(this.#access.put(undefined, value, options));
  }

  /** Deletes the value, or only that of the `expectedRevision`. */
  delete(options?: StateDeleteOptions): AsyncValue<StateDeletion, StateFailure> {
    return checkedAnswer(this.#access.delete(undefined, options));
  }
}
