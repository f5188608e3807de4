import { ok, type Result } from "../../contracts/result.ts";
import type { ValueCodec } from "../kv/value_codec.ts";
import type { KVError } from "../kv/kv_error.ts";
import type { Log } from "../log.ts";
import type { DeadReason } from "../work/decide_delivery.ts";
import type { Delivery } from "../work/delivery.ts";
import { type Folded, foldKey } from "./fold_key.ts";
import { standsStill } from "./history_fold.ts";
import { keepLetter, type LetterPlace } from "./keep_letter.ts";
import type { KeyState, KeyStates } from "./key_states.ts";
import type { ProjectedEvent, ProjectedEvents } from "./projected_events.ts";
import { valueMisfit } from "./value_misfit.ts";

/** What a {@link Projector} works with. */
export interface ProjectorOptions extends LetterPlace {
  /** What it folds. */
  readonly events: ProjectedEvents;
  /** Where values are. */
  readonly states: KeyStates;
  /** Turns values into bytes and back. */
  readonly codec: ValueCodec<unknown>;
  /** How often an event is tried before its key is held. */
  readonly maxDeliver: number;
  /** Where it is said that a key is held. */
  readonly log: Log;
}

interface Item {
  readonly delivery: Delivery;
  readonly event: ProjectedEvent;
}

/** So often a key is read again because somebody else has written it. */
const MOST_RACES = 10;

/**
 * Folds batches of events into the values of a bucket. Each value is written together with its position, on
 * the condition that nobody has written the key since it was read: so whoever folds an event again, or at the
 * same time, finds that the key has it.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  /** How often events were tried in vain, by sequence. */
  readonly #tries = new Map<number, number>();
  #reported = "";

  /** Nothing is asked of the server. */
  constructor(options: ProjectorOptions) {
    this.#options = options;
  }

  /** Folds a batch, and answers how many of it, from the first, are done. */
  async handle(batch: readonly Delivery[]): Promise<number> {
    const byKey = new Map<string, Item[]>();
    const work: Promise<number | undefined>[] = [];
    for (const delivery of batch) {
      const read = this.#options.events.read(delivery);
      if (read.isErr()) {
        work.push(this.#giveUp(delivery, "invalid", read.error, 1));
        continue;
      }
      const event = read.orThrow();
      const items = byKey.get(event.meta.key);
      if (items === undefined) byKey.set(event.meta.key, [{ delivery, event }]);
      else items.push({ delivery, event });
    }
    for (const [key, items] of byKey) work.push(this.#apply(key, items));
    const open = (await Promise.all(work)).filter((sequence) => sequence !== undefined);
    const first = Math.min(Infinity, ...open);
    const done = batch.findIndex(({ sequence }) => sequence >= first);
    if (done !== -1) return done;
    this.#tries.clear();
    return batch.length;
  }

  /** Answers the sequence of the first event of the key that is not done. */
  async #apply(key: string, all: readonly Item[]): Promise<number | undefined> {
    const { states } = this.#options;
    for (let races = 0; races < MOST_RACES; races++) {
      const state = this.#taken(await states.read(key));
      if (state === undefined) break;
      const items = all.filter(({ delivery }) => !states.has(state, delivery));
      if (items.length === 0) return undefined;
      if (state.held !== undefined) return await this.#keepBack(key, state.held, state, items);
      const folded = this.#fold(key, state, items.map(({ event }) => event));
      const { failure, sequence } = folded;
      const tries = failure && (this.#tries.get(failure.event.meta.sequence) ?? 0) + 1;
      const isLast = tries !== undefined && tries >= this.#options.maxDeliver;
      const held = failure && isLast
        ? `${failure.event.meta.sequence} ${failure.event.meta.id}`
        : undefined;
      if (sequence > state.sequence || held !== undefined) {
        const bytes = folded.value === undefined
          ? undefined
          : this.#options.codec.encode(key, folded.value).orThrow();
        const written = this.#taken(await states.write(key, state, { bytes, sequence, held }));
        if (written === undefined) break;
        if (!written) continue;
      }
      if (failure === undefined || tries === undefined) return undefined;
      if (held !== undefined) return await this.#hold(key, failure, tries, items);
      if (tries === 1) this.#log(key, failure, "it is tried again");
      this.#tries.set(failure.event.meta.sequence, tries);
      return failure.event.meta.sequence;
    }
    return all[0]?.delivery.sequence;
  }

  #fold(key: string, state: KeyState, events: readonly ProjectedEvent[]): Folded {
    const { codec, requests } = this.#options;
    const misfit = valueMisfit(codec, key, requests.line.info?.max_payload);
    const { sequence } = state;
    const fold = (until: number): Folded => {
      const some = events.filter(({ meta }) => meta.sequence > sequence && meta.sequence < until);
      const value = state.bytes === undefined ? ok(undefined) : codec.decode(key, state.bytes);
      if (!value.isErr()) return foldKey({ value: value.orThrow(), sequence }, some, misfit);
      const [event] = some;
      const before = { value: undefined, sequence };
      return event === undefined
        ? before
        : { ...before, failure: { event, error: value.error.message } };
    };
    const folded = fold(Infinity);
    if (folded.failure === undefined || folded.sequence === sequence) return folded;
    // A reducer that has thrown may have changed the value that it was given.
    return { ...fold(folded.failure.event.meta.sequence), failure: folded.failure };
  }

  /** The key stands still from now on; what comes for it becomes dead letters. */
  async #hold(
    key: string,
    failure: NonNullable<Folded["failure"]>,
    tries: number,
    items: readonly Item[],
  ): Promise<number | undefined> {
    const { sequence, id } = failure.event.meta;
    this.#log(key, failure, "the key stands still, and its events are kept as dead letters");
    const item = items.find(({ delivery }) => delivery.sequence === sequence);
    const why = `key "${key}": ${failure.error}`;
    const open = item && await this.#giveUp(item.delivery, "failed", why, tries);
    if (open !== undefined) return open;
    return await this.#keepBack(key, `${sequence} ${id}`, { sequence }, items);
  }

  /** Events of a key that is held. */
  async #keepBack(
    key: string,
    held: string,
    { sequence }: Pick<KeyState, "sequence">,
    items: readonly Item[],
  ): Promise<number | undefined> {
    const [at, ...id] = held.split(" ");
    const why = standsStill(key, { sequence: Number(at), id: id.join(" ") });
    const later = items.filter(({ delivery }) => delivery.sequence > sequence);
    const open = await Promise.all(
      later.map(({ delivery }) => this.#giveUp(delivery, "failed", why, 1)),
    );
    return open.find((sequence) => sequence !== undefined);
  }

  /** Keeps an event as a dead letter; answers its sequence when that did not succeed. */
  async #giveUp(
    delivery: Delivery,
    reason: DeadReason,
    error: string,
    tries: number,
  ): Promise<number | undefined> {
    const letter = { message: delivery, reason, error, tries };
    const why = await keepLetter(this.#options, letter);
    if (why === undefined) return undefined;
    this.#report(why);
    return delivery.sequence;
  }

  /** The value of a result; a failure is reported. */
  #taken<T>(result: Result<T, KVError>): T | undefined {
    if (!result.isErr()) return result.orThrow();
    this.#report(result.error.message);
    return undefined;
  }

  #log(key: string, { event, error }: NonNullable<Folded["failure"]>, what: string): void {
    const { id, sequence } = event.meta;
    this.#options.log.error(
      `the projection ${this.#options.name} cannot fold ${event.name} ${id} into "${key}": ` +
        `${error}; ${what}`,
      { sequence },
    );
  }

  /** Says once what lasts. */
  #report(what: string): void {
    if (what === this.#reported) return;
    this.#reported = what;
    this.#options.log.error(`the projection ${this.#options.name} waits: ${what}`);
  }
}
