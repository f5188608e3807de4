import { DeadlineSweep } from "../../nats/deadline_sweep.ts";
import { doneWithin } from "../../nats/done_within.ts";
import { FleetingMap } from "../../nats/fleeting_map.ts";
import { unrefTimer } from "../../nats/unref_timer.ts";
import { ClassTurns } from "../class_turns.ts";
import { decideDelivery, type Decision, type DeliveryRules, tryOf } from "../decide_delivery.ts";
import type { Delivery, WorkItem } from "../delivery.ts";
import { deliveryKey } from "../delivery_notes.ts";
import type { Outcome } from "../outcome.ts";
import { Slots } from "../slots.ts";
import { Work } from "../work.ts";
import { sayWorking } from "./acknowledge.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { PullLoop } from "./pull_loop.ts";
import { settleDelivery, type Task } from "./settle_delivery.ts";
import type { WorkerOptions, WorkSource } from "./worker_options.ts";

/** Milliseconds that handlers have after their signal has aborted. */
const ABORT_MS = 1000;
/** Acknowledgements that were not confirmed and are remembered. */
const MOST_UNCONFIRMED = 10_000;

/**
 * Takes deliveries of durable consumers, no more than there are slots for, and sees each of them through: until
 * it is acknowledged, waits for its next try, or is kept as a dead letter. Each is delivered at least once.
 */
export class Worker<Item extends WorkItem = WorkItem> {
  readonly #options: WorkerOptions<Item>;
  readonly #rules: DeliveryRules;
  readonly #slots: Slots;
  /** One at a time of those whose worker did not live to say what became of them. */
  readonly #suspects = new Slots(1);
  readonly #turns: ClassTurns;
  readonly #sources: readonly Source<Item>[];
  /** Handled, but the server may not have heard of it. */
  readonly #unconfirmed = new Set<string>();
  readonly #sweep = new DeadlineSweep((now) => this.#expire(now));
  #working: ReturnType<typeof setInterval> | undefined;
  #idle: (() => void) | undefined;
  #isGivingBack = false;

  /** Nothing is asked before {@link start}. */
  constructor(options: WorkerOptions<Item>) {
    this.#options = options;
    this.#rules = {
      ...options.settings,
      onDead: options.onDead,
      mayLeavePlace: options.parking !== undefined,
    };
    this.#slots = new Slots(options.settings.concurrency);
    const last = Math.max(0, ...options.sources.map((source) => source.class ?? 0));
    this.#turns = new ClassTurns(last, () => this.#ask());
    this.#sources = options.sources.map((source) => this.#source(source));
  }

  /** Deliveries in work. */
  get inWork(): number {
    return this.#sources.reduce((sum, { inWork }) => sum + inWork.size, 0);
  }

  /** Begins. */
  start(): void {
    this.#ask();
  }

  /**
   * Takes nothing more, and lets handlers run on for `deadlineMs`; then their signals abort, and what is not
   * finished a second later is given back, which costs no try.
   *
   * @param onQuiet called when nothing more is taken
   */
  async stop(deadlineMs: number, onQuiet?: () => void): Promise<void> {
    await Promise.all(this.#sources.map(({ loop }) => loop.stop()));
    onQuiet?.();
    if (!await this.#isIdleWithin(deadlineMs)) {
      this.#isGivingBack = true;
      this.#eachInWork((_, work) => work.abort("the service is being stopped"));
      if (!await this.#isIdleWithin(ABORT_MS)) {
        this.#eachInWork((source, work) => this.#finish(source, work, { kind: "given_back" }));
        await this.#isIdleWithin(2 * ABORT_MS);
      }
    }
    clearInterval(this.#working);
    this.#turns.stop();
    this.#sweep.stop();
  }

  #source(source: WorkSource): Source<Item> {
    const { stream, consumer, limit } = source;
    const { requests, log, name, settings: { ackWaitMs } } = this.#options;
    const made: Source<Item> = {
      class: source.class ?? 0,
      taken: 0,
      inWork: new FleetingMap(),
      acks: new Acknowledgements(requests, ackWaitMs, {
        // What it is acknowledged with is sent before more is asked for.
        sent: () => this.#ask(),
        settled: (works, isConfirmed) => {
          for (const work of works) this.#release(made, work, isConfirmed);
        },
      }),
      loop: new PullLoop(requests, source, {
        room: () => {
          if (!this.#turns.mayAsk(made.class)) return 0;
          const { free } = this.#slots;
          const others = this.#sources.reduce((sum, { loop }) => sum + loop.asked, 0) -
            made.loop.asked;
          // Each source stands in line while there is a slot at all; what comes too much waits here.
          return Math.min(limit - made.taken, Math.max(free - others, Math.min(free, 1)));
        },
        isIdle: () => made.taken === 0,
        delivered: (delivery) => {
          this.#turns.note(made.class, consumer, delivery.pending ?? 0);
          try {
            this.#take(made, delivery);
          } catch (cause) {
            this.#lost(cause);
          }
        },
        trouble: (why) => {
          if (why === undefined) log.info(`${name}: messages of ${stream} come again`);
          else log.warn(`${name}: nothing comes of ${consumer} on ${stream}: ${why}`);
        },
      }),
    };
    return made;
  }

  #ask(): void {
    for (const { loop } of this.#sources) loop.ask();
  }

  #eachInWork(visit: (source: Source<Item>, work: Work<Item>) => void): void {
    for (const source of this.#sources) {
      for (const work of source.inWork.values()) visit(source, work);
    }
  }

  #take(source: Source<Item>, delivery: Delivery): void {
    const { inWork } = source;
    const key = keyOf(inWork, delivery);
    const before = inWork.get(key);
    if (before?.isGivenAway === false) {
      // It took longer until the server heard of it than it waits, as after a pause of this machine.
      before.ackSubject = delivery.ackSubject;
      return this.#repeated(before);
    }
    const work = new Work(key, delivery, this.#options.read(delivery));
    inWork.set(key, work);
    this.#working ??= this.#keepWorking();
    if (this.#unconfirmed.size > 0 && this.#unconfirmed.delete(deliveryKey(delivery))) {
      work.place = "left";
      return source.acks.add(work);
    }
    source.taken++;
    if (delivery.deliveries === 1) return this.#begin(source, work);
    this.#follow(source, work, async () => {
      work.note = await this.#options.notes.read(delivery);
      this.#begin(source, work);
    });
  }

  /** One that is here has come again: that costs no try, also when this process ends before it is settled. */
  #repeated(work: Work<Item>): void {
    work.repeats++;
    if (work.place !== "running") return;
    const { delivery, note, repeats } = work;
    void this.#options.notes.write(delivery, { ...note, forgiven: note.forgiven + repeats });
  }

  /** Most come for the first time, find a slot and are done: no promise is made for them. */
  #begin(source: Source<Item>, work: Work<Item>): void {
    const { note, delivery: { deliveries }, item: { attempt = 1 } } = work;
    if (note.held === true) return this.#settle(source, work, { kind: "look" });
    if (note.dead !== undefined) {
      const { tries, ...why } = note.dead;
      work.tries = tries;
      const hold = this.#rules.onDead === "hold";
      return this.#settle(source, work, { kind: "dead", ...why, hold });
    }
    work.tries = tryOf({ attempt, deliveries, forgiven: note.forgiven });
    const decision = this.#decide(undefined, work);
    if (decision.kind !== "run") return this.#settle(source, work, decision);
    // One that nobody has given back was in work when a process ended.
    work.isSuspect = deliveries > note.forgiven + (note.failed ?? 0) + 1;
    const turn = work.isSuspect ? this.#turn(source, work) : this.#slots.take(source.class);
    if (turn === undefined) return this.#run(source, work);
    this.#follow(source, work, async () => {
      await turn;
      this.#run(source, work);
    });
  }

  /** Waits until no other suspect runs; should one of them end the process meanwhile, it costs no try. */
  async #turn(source: Source<Item>, work: Work<Item>): Promise<void> {
    const { notes } = this.#options;
    const { delivery, note } = work;
    // Always, so that those that have come together are noted before the first of them runs.
    await notes.write(delivery, { ...note, forgiven: note.forgiven + 1 });
    await this.#suspects.take();
    await this.#slots.take(source.class);
    await notes.write(delivery, { ...note, forgiven: note.forgiven + work.repeats });
  }

  #decide(outcome: Outcome | undefined, { tries }: Work<Item>): Decision {
    return decideDelivery(outcome, tries, this.#rules, Math.random());
  }

  /** Gives it to its handler; it has a slot. */
  #run(source: Source<Item>, work: Work<Item>): void {
    work.place = "running";
    if (this.#isGivingBack) return this.#finish(source, work, { kind: "given_back" });
    const { delivery, item, tries } = work;
    const { handlerMs, run } = this.#options;
    try {
      const outcome = run({ delivery, item, tries, signal: () => work.signal });
      if (!(outcome instanceof Promise)) return this.#finish(source, work, outcome);
      const now = performance.now();
      work.deadline = now + handlerMs;
      work.handler = outcome;
      this.#sweep.watch(work.deadline, now);
      outcome.then((outcome) => this.#finish(source, work, outcome)).catch((cause) => {
        if (work.place === "running") this.#lose(source, work, cause);
      });
    } catch (cause) {
      this.#lose(source, work, cause);
    }
  }

  /** Its handler has answered, or it is said from outside before. */
  #finish(source: Source<Item>, work: Work<Item>, outcome: Outcome): void {
    if (work.place === "running") this.#settle(source, work, this.#decide(outcome, work));
  }

  #settle(source: Source<Item>, work: Work<Item>, task: Decision | Task): void {
    this.#leave(source, work);
    // Acknowledgements ask for more themselves, when they are sent.
    if (task.kind === "done") return source.acks.add(work);
    if (task.kind === "run") return;
    this.#follow(source, work, async () => {
      const settling = settleDelivery(this.#options, work, task);
      this.#ask();
      const settled = await settling;
      if (settled === "handled") source.acks.add(work);
      else this.#release(source, work, settled === "settled");
    });
  }

  /** It takes no room any more. */
  #leave(source: Source<Item>, work: Work<Item>): void {
    if (work.place === "left") return;
    if (work.place === "running") {
      this.#slots.leave();
      if (work.isSuspect) this.#suspects.leave();
    }
    work.place = "left";
    source.taken--;
  }

  #release(source: Source<Item>, work: Work<Item>, isConfirmed: boolean): void {
    if (!isConfirmed && this.#unconfirmed.size < MOST_UNCONFIRMED) {
      this.#unconfirmed.add(deliveryKey(work.delivery));
    }
    if (source.inWork.get(work.key) === work) source.inWork.delete(work.key);
    if (this.#idle !== undefined && this.inWork === 0) this.#idle();
  }

  #follow(source: Source<Item>, work: Work<Item>, step: () => Promise<void>): void {
    step().catch((cause) => this.#lose(source, work, cause));
  }

  #lose(source: Source<Item>, work: Work<Item>, cause: unknown): void {
    this.#lost(cause);
    this.#leave(source, work);
    this.#release(source, work, true);
  }

  #lost(cause: unknown): void {
    const { log, name } = this.#options;
    log.error(`${name}: a delivery was left to come again`, { cause });
  }

  #expire(now: number): number {
    let next = Infinity;
    const why = `the handler did not end within ${this.#options.handlerMs} ms`;
    this.#eachInWork((source, work) => {
      if (work.place !== "running") return;
      if (work.deadline > now) next = Math.min(next, work.deadline);
      else {
        work.abort(why);
        if (work.handler !== undefined) this.#options.overdue?.(work.handler, work.item.id);
        this.#finish(source, work, { kind: "failed", error: why });
      }
    });
    return next;
  }

  #keepWorking(): ReturnType<typeof setInterval> {
    const timer = setInterval(() => {
      this.#eachInWork((_, { ackSubject }) => sayWorking(this.#options.requests, ackSubject));
    }, this.#options.settings.ackWaitMs / 3);
    unrefTimer(timer);
    return timer;
  }

  #isIdleWithin(ms: number): Promise<boolean> {
    if (this.inWork === 0) return Promise.resolve(true);
    return doneWithin(new Promise<void>((resolve) => this.#idle = resolve), ms);
  }
}

interface Source<Item extends WorkItem> {
  readonly class: number;
  readonly loop: PullLoop;
  readonly acks: Acknowledgements<Work<Item>>;
  /** What is in work, until the server has heard what became of it. */
  readonly inWork: FleetingMap<number | string, Work<Item>>;
  /** Those of them that wait for a handler, or have one. */
  taken: number;
}

/** A stream that was made again counts from 1 again, while what was in work before may be in work yet. */
function keyOf(
  inWork: Pick<FleetingMap<number | string, Work>, "get">,
  delivery: Delivery,
): number | string {
  const { sequence, writtenAt } = delivery;
  const other = inWork.get(sequence);
  const isSame = other === undefined || other.delivery.writtenAt === writtenAt;
  return isSame ? sequence : deliveryKey(delivery);
}
