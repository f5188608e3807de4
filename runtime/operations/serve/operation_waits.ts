import { OperationError } from "../../../contracts/errors/operation_error.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { type OpenSteps, Steps } from "../../consume/steps.ts";
import { pause } from "../../nats/pause.ts";
import type { HeldOperation } from "./held_operation.ts";
import type { StoredSignal } from "./operation_records.ts";
import type { OperationPlace } from "./operation_place.ts";

/** A wait that may be longer gives up its place in the queue, in milliseconds. */
const HELD_MS = 30_000;
/** Milliseconds after which it is looked again whether a signal has come, should nothing have told it. */
const LOOK_MS = 10_000;

/** What the waits of one run are made of. */
export interface WaitParts {
  readonly place: OperationPlace;
  readonly held: HeldOperation;
  readonly steps: OpenSteps;
  /** When the operation is given up, in milliseconds since 1970. */
  readonly deadline: number;
  /** Whether it may give up its place: the server sends on what waits. */
  readonly mayLeave: boolean;
}

/** Thrown where a handler waits for something that it will not see in this run. */
class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("the operation goes on in another run of its handler, or not at all");
  }
}

/** What the handler of an operation waits for in one run: signals and times. */
export class OperationWaits {
  readonly #parts: WaitParts;
  /** Until when it is waited; the same in each run. */
  readonly #times: Steps;
  /** All that have come, as far as that was read. */
  #known: readonly StoredSignal[] = [];
  /** How many signals of a name this run was given. */
  readonly #given = new Map<string, number>();
  /** How often this run has waited for a signal of a name. */
  readonly #asked = new Map<string, number>();

  /** Nothing is read before somebody waits. */
  constructor(parts: WaitParts) {
    this.#parts = parts;
    const { queue } = parts.place;
    this.#times = new Steps(
      parts.steps,
      "operation",
      queue.owner.queue,
      parts.held.record.id,
      "until",
    );
  }

  /** The next signal of a name; see `RunningOperation.signal`. */
  async signal(
    name: string,
    timeoutMs: number = Infinity,
  ): Promise<Result<unknown, OperationError>> {
    const asked = (this.#asked.get(name) ?? 0) + 1;
    this.#asked.set(name, asked);
    return await this.signalBy(name, await this.#until(`signal:${name}:${asked}`, timeoutMs));
  }

  /** The same until a time, in milliseconds since 1970, that is the same in each run by itself. */
  async signalBy(name: string, until: number): Promise<Result<unknown, OperationError>> {
    const { held, place } = this.#parts;
    for (;;) {
      const next = await this.#next(name);
      // What came when nobody waited any more is for the next who waits, in each run.
      if (next !== undefined && next.at <= until) {
        this.#given.set(name, (this.#given.get(name) ?? 0) + 1);
        return ok(next.input);
      }
      const left = until - await place.now();
      if (next !== undefined || left <= 0) return err(this.#error("timed_out", name));
      if (held.isCancelling) return err(this.#error("cancelled", name));
      if (held.signal.aborted) throw new Interrupted();
      if (left <= HELD_MS || !this.#parts.mayLeave) await this.#signalWithin(name, left);
      else {await this.#leave(until, `signal:${name}`, async () =>
          await this.#next(name) !== undefined);}
    }
  }

  /** The next signal of a name, which is not taken; waited for in its place until the signal aborts. */
  async comes(name: string, ends: AbortSignal): Promise<unknown> {
    while (!ends.aborted) {
      await this.#signalWithin(name, LOOK_MS, ends);
      const next = await this.#next(name);
      if (next !== undefined) return next.input;
    }
    return undefined;
  }

  /** Waits for a time that is kept under a name; see `RunningOperation.sleep`. */
  async sleep(name: string, ms: number): Promise<void> {
    const { held, place, mayLeave } = this.#parts;
    const until = await this.#until(`sleep:${name}`, ms);
    for (;;) {
      const left = until - await place.now();
      if (left <= 0 || held.isCancelling) return;
      if (held.signal.aborted) throw new Interrupted();
      if (left <= HELD_MS || !mayLeave) await pause(Math.min(left, HELD_MS), held.signal);
      else await this.#leave(until, `sleep:${name}`, () => Promise.resolve(false));
    }
  }

  async #until(name: string, ms: number): Promise<number> {
    if (ms === Infinity) return Infinity;
    return await this.#times.once(name, async () => await this.#parts.place.now() + ms);
  }

  /** The first signal of a name that this run was not given yet. */
  async #next(name: string): Promise<StoredSignal | undefined> {
    const { place: { records }, held } = this.#parts;
    const known = () =>
      this.#known.filter((signal) => signal.name === name)[this.#given.get(name) ?? 0];
    if (known() === undefined) {
      const isNext = (signal: StoredSignal) => signal.name === name;
      const read = (await records.signals(held.record.id, this.#known, isNext)).orThrow();
      // Two may read at the same time.
      if (read.length > this.#known.length) this.#known = read;
    }
    return known();
  }

  /** Waits in its place until a signal has come, or it has to end; no longer than a time. */
  async #signalWithin(
    name: string,
    ms: number,
    until: AbortSignal = this.#parts.held.signal,
  ): Promise<void> {
    const { place, held } = this.#parts;
    const ends = new AbortController();
    const end = () => ends.abort();
    until.addEventListener("abort", end, { once: true });
    try {
      await place.records.watch({ signalsOf: held.record.id }, ends.signal, end);
      const hasCome = await this.#next(name) !== undefined || until.aborted;
      if (!hasCome) await pause(Math.min(ms, LOOK_MS), ends.signal);
    } finally {
      end();
      until.removeEventListener("abort", end);
    }
  }

  /**
   * Gives up the place in the queue until a time. A signal that comes is stored before it is looked whether anybody
   * waits, and here it is the other way round: so one of both sees the other.
   */
  async #leave(until: number, what: string, isOver: () => Promise<boolean>): Promise<void> {
    const { place, held, deadline } = this.#parts;
    const written = await held.conclude({ state: "waiting", waitsFor: what });
    if (written === "written" && held.record.state === "waiting") {
      if (await isOver()) {
        await held.conclude({ state: "running", waitsFor: undefined });
        return;
      }
      const afterMs = Math.max(0, Math.min(until, deadline) - await place.now());
      held.interrupt({ kind: "later", afterMs, reason: what }, `it waits for ${what}`);
    } else if (written === "unwritten" || written === "too_large") {
      const error = "its record could not be written";
      held.interrupt({ kind: "failed", error }, error);
    } else if (written !== "taken") {
      held.interrupt({ kind: "done" }, "it has ended");
    }
    throw new Interrupted();
  }

  #error(reason: "timed_out" | "cancelled", name: string): OperationError {
    const { id } = this.#parts.held.record;
    const message = reason === "cancelled"
      ? `${id} was cancelled while it waited for the signal ${name}`
      : `no signal ${name} came in time for ${id}`;
    return new OperationError({ reason, message, id });
  }
}
