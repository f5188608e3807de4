import { isErr } from "../../contracts/result.ts";
import type { StoredMessage } from "../nats/jetstream/stored_message.ts";
import { type FoldFailure, foldKey } from "./fold_key.ts";
import type { ProjectedEvent, ProjectedEvents } from "./projected_events.ts";

/** What a history makes of a key. */
export interface FoldedKey {
  /** Undefined: the key has none. */
  readonly value: unknown;
  /** Sequence of the last event that is folded. */
  readonly sequence: number;
  /** The event at which it stands still, and why. */
  readonly failure?: FoldFailure | undefined;
}

/** A message that is not folded. */
export interface Unfolded {
  readonly message: StoredMessage;
  /** Undefined: it holds no event of the projection. */
  readonly event: ProjectedEvent | undefined;
  readonly error: string;
}

/** Says why something is no value of a key. */
export type Misfit = (value: unknown) => string | undefined;

interface KeyInWork {
  value: unknown;
  sequence: number;
  failure?: FoldFailure | undefined;
  readonly misfit: Misfit;
}

/** Folds a history in memory, message by message in the order of the stream. */
export class HistoryFold {
  readonly #events: ProjectedEvents;
  readonly #misfitOf: (key: string) => Misfit;
  readonly #keys = new Map<string, KeyInWork>();

  /** @param misfitOf for one key */
  constructor(events: ProjectedEvents, misfitOf: (key: string) => Misfit) {
    this.#events = events;
    this.#misfitOf = misfitOf;
  }

  /** What has become of the keys. */
  get keys(): ReadonlyMap<string, FoldedKey> {
    return this.#keys;
  }

  /** Folds one message; answers what could not be folded. */
  add(message: StoredMessage): Unfolded | undefined {
    const read = this.#events.read(message);
    if (read.isErr()) return { message, event: undefined, error: read.error };
    const event = read.orThrow();
    const { key } = event.meta;
    let state = this.#keys.get(key);
    if (state === undefined) {
      state = { value: undefined, sequence: 0, misfit: this.#misfitOf(key) };
      this.#keys.set(key, state);
    }
    if (state.failure !== undefined) {
      return { message, event, error: standsStill(key, state.failure.event.meta) };
    }
    const folded = foldKey(state, [event], state.misfit);
    state.value = folded.value;
    state.sequence = folded.sequence;
    if (folded.failure === undefined) return undefined;
    state.failure = folded.failure;
    return { message, event, error: `key "${key}": ${folded.failure.error}` };
  }

  /** True where reducers have failed, which may have changed the values that they were given. */
  get hasFailures(): boolean {
    return this.#keys.values().some(({ failure }) => failure !== undefined);
  }

  /** Folds once more what comes before the failures: call it with the whole history again. */
  mend(): (message: StoredMessage) => void {
    const broken = this.#keys.values().filter(({ failure }) => failure !== undefined);
    for (const state of broken) [state.value, state.sequence] = [undefined, 0];
    return (message) => {
      const event = this.#events.read(message).take();
      if (isErr(event)) return;
      const state = this.#keys.get(event.meta.key);
      if (state?.failure === undefined) return;
      if (message.sequence >= state.failure.event.meta.sequence) return;
      const { value, sequence } = foldKey(state, [event], state.misfit);
      [state.value, state.sequence] = [value, sequence];
    };
  }
}

/** Why an event of a key that is held is not folded; `at` is the event at which it stands still. */
export function standsStill(
  key: string,
  at: { readonly id: string; readonly sequence: number },
): string {
  return `key "${key}" stands still since event ${at.id} (sequence ${at.sequence})`;
}
