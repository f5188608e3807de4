import type { AsyncValue } from "../../contracts/async_value.ts";
import type { CallOptions } from "../rpc/call_options.ts";
import { checkedAnswer } from "./checked_answer.ts";
import type {
  MapStateEntry,
  OldMapEntry,
  StateAbsent,
  StateApplied,
  StateDeletion,
  StateFound,
  StatePage,
  StateUnchanged,
} from "./state_entry.ts";
import type { StateDeleteOptions, StateListQuery, StatePutOptions } from "./state_options.ts";
import type { StateFailure, StoreAccess } from "./store_access.ts";

/**
 * State of many values under keys: each caller has a map of their own. `T` is the type of a value, and `Old`
 * that of the older versions that the contract accepts.
 *
 * A key is any text of 1 to 1024 bytes. `/` parts it into segments, and an empty one is one too: `a//b` is
 * another key than `a/b`.
 *
 * ```ts ignore
 * const drafts = client.state.drafts.prefix("inspection/active");
 * await drafts.put("open", { title: "Draft" });
 * const page = await drafts.list({ limit: 10 });
 * for (const draft of page.entries) show(draft.key, draft.value.title);
 * ```
 */
export class MapStore<T, Old = Record<never, never>> {
  readonly #access: StoreAccess;

  /** Made by the runtime for every store that a contract declares; nothing is sent. */
  constructor(access: StoreAccess) {
    this.#access = access;
  }

  /** The value under a key. One of an older version that the contract accepts has `migrationRequired`. */
  get(
    key: string,
    options?: CallOptions,
  ): AsyncValue<StateFound<MapStateEntry<T>> | StateAbsent | OldMapEntry<Old>, StateFailure> {
    return checkedAnswer(this.#access.get(key, options));
  }

  /**
   * Replaces the value under a key, or with an `expectedRevision` only that one. An answer that gets lost is
   * asked for again until the call's time is over; the value is written once.
   */
  put(
    key: string,
    value: T,
    options?: StatePutOptions,
  ): AsyncValue<
    StateApplied<MapStateEntry<T>> | StateUnchanged<MapStateEntry<T> | OldMapEntry<Old>>,
    StateFailure
  > {
    return checkedAnswer(this.#access.put(key, value, options));
  }

  /** Deletes the value under a key, or only that of the `expectedRevision`. */
  delete(key: string, options?: StateDeleteOptions): AsyncValue<StateDeletion, StateFailure> {
    return checkedAnswer(this.#access.delete(key, options));
  }

  /**
   * A page of entries in the order of their keys. It is live: writes between two pages can shift later ones.
   * A page of large values may be shorter than its limit; `nextOffset` says where to go on.
   */
  list(
    query: StateListQuery,
  ): AsyncValue<StatePage<MapStateEntry<T> | OldMapEntry<Old>>, StateFailure> {
    return checkedAnswer(this.#access.list(query));
  }

  /**
   * A view of the entries whose keys begin with the path and a `/`: `prefix("a")` has `a/b` and not `ab`. Their
   * keys are seen from there, as `b`. One `/` at the end of the path says nothing more: `prefix("a/")` is
   * `prefix("a")`, and `prefix("/")` and `prefix("")` are the same map again. Nothing is sent.
   */
  prefix(path: string): MapStore<T, Old> {
    return new MapStore(this.#access.below(path));
  }
}
