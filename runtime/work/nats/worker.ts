import type { WorkSettings } from "../../../contracts/stored/bindings.ts";
import { deadSubject } from "../../../contracts/stored/work_names.ts";
import type { Log } from "../../log.ts";
import { DeadlineSweep } from "../../nats/deadline_sweep.ts";
import { doneWithin } from "../../nats/done_within.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import { publishStored } from "../../nats/jetstream/publish_stored.ts";
import { StreamApi } from "../../nats/jetstream/stream_api.ts";
import { unrefTimer } from "../../nats/unref_timer.ts";
import { decideDelivery, type Decision, type DeliveryRules, tryOf } from "../decide_delivery.ts";
import type { Delivery, WorkItem } from "../delivery.ts";
import { deliveryKey, type DeliveryNote, type DeliveryNotes } from "../delivery_notes.ts";
import type { Outcome } from "../outcome.ts";
import { Slots } from "../slots.ts";
import { Work } from "../work.ts";
import { deadLetter, parkedMessage, type WorkMessage, type WorkOwner } from "../work_messages.ts";
import { acknowledge, nak, sayWorking, TERM } from "./acknowledge.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { PullLoop, type PullSource } from "./pull_loop.ts";

/** Milliseconds that storing a dead letter, or what is parked, may take. */
const STORE_MS = 10_000;
/** Milliseconds until it is tried again to give something up. */
const UNSTORED_MS = 5000;
/** Milliseconds at most between two looks whether somebody has decided about what is held. */
const HELD_MS = 10_000;
/** Milliseconds that handlers have after their signal has aborted. */
const ABORT_MS = 1000;
/** Acknowledgements that were not confirmed and are remembered. */
const MOST_UNCONFIRMED = 10_000;
const NO_NOTE: DeliveryNote = { forgiven: 0 };

/** What a worker works on. */
export interface WorkSource extends PullSource {
  /** Deliveries of it that may be in work here at once. */
  readonly limit: number;
}

/** A delivery for a handler. */
export interface WorkRun<Item extends WorkItem = WorkItem> {
  readonly delivery: Delivery;
  readonly item: Item;
  /** Which try it is, from 1. */
  readonly tries: number;
  /** Aborts at its deadline, and when the process stops for good; made at first use. */
  readonly signal: () => AbortSignal;
}

/** How a worker works. */
export interface WorkerOptions<Item extends WorkItem = WorkItem> extends WorkOwner {
  readonly requests: JetStreamRequests;
  readonly sources: readonly WorkSource[];
  readonly settings: WorkSettings;
  readonly onDead: DeliveryRules["onDead"];
  /** Milliseconds that a handler may take. */
  readonly handlerMs: number;
  /** The stream in which retries wait; missing: they wait in their place. */
  readonly later?: string;
  /** The stream of dead letters. */
  readonly dead: string;
  readonly notes: DeliveryNotes;
  /** Milliseconds since 1970, by the clock of the server: that of this machine may be an hour off. */
  readonly now: () => Promise<number>;
  readonly log: Log;
  /** Says what a delivery stands for. */
  readonly read: (delivery: Delivery) => Item;
  /** Works on it. */
  readonly run: (run: WorkRun<Item>) => Promise<Outcome>;
}

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
  readonly #sources: readonly Source[];
  readonly #inWork = new Map<string, Work<Item>>();
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
      mayLeavePlace: options.later !== undefined,
    };
    this.#slots = new Slots(options.settings.concurrency);
    this.#sources = options.sources.map((source) => this.#source(source));
  }

  get #heldMs(): number {
    return Math.min(HELD_MS, this.#options.settings.ackWaitMs);
  }

  /** Deliveries in work. */
  get inWork(): number {
    return this.#inWork.size;
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
      for (const work of this.#inWork.values()) work.abort("the service is being stopped");
      if (!await this.#isIdleWithin(ABORT_MS)) {
        for (const work of this.#inWork.values()) work.finish({ kind: "given_back" });
        await this.#isIdleWithin(2 * ABORT_MS);
      }
    }
    clearInterval(this.#working);
    this.#sweep.stop();
  }

  #source(source: WorkSource): Source {
    const { stream, consumer, limit } = source;
    const { requests, log, name } = this.#options;
    const made: Source = {
      inWork: 0,
      // What it is acknowledged with is sent before more is asked for.
      acks: new Acknowledgements(requests, this.#options.settings.ackWaitMs, () => this.#ask()),
      loop: new PullLoop(requests, source, {
        room: () => {
          const { free } = this.#slots;
          const others = this.#sources.reduce((sum, { loop }) => sum + loop.asked, 0) -
            made.loop.asked;
          // Each source stands in line while there is a slot at all; what comes too much waits here.
          return Math.min(limit - made.inWork, Math.max(free - others, Math.min(free, 1)));
        },
        isIdle: () => made.inWork === 0,
        delivered: (delivery) => {
          this.#take(made, delivery).catch((cause) => {
            log.error(`${name}: a delivery was left to come again`, { cause });
          });
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

  async #take(source: Source, delivery: Delivery): Promise<void> {
    const key = deliveryKey(delivery);
    const before = this.#inWork.get(key);
    if (before?.isGivenAway === false) {
      // It took longer until the server heard of it than it waits, as after a pause of this machine.
      before.ackSubject = delivery.ackSubject;
      return;
    }
    const work = new Work(delivery, this.#options.read(delivery));
    this.#inWork.set(key, work);
    this.#working ??= this.#keepWorking();
    try {
      await (this.#unconfirmed.delete(key)
        ? this.#confirm(source, work, key)
        : this.#seeThrough(source, work, key));
    } finally {
      if (this.#inWork.get(key) === work) this.#inWork.delete(key);
      if (this.#inWork.size === 0) this.#idle?.();
    }
  }

  async #seeThrough(source: Source, work: Work<Item>, key: string): Promise<void> {
    source.inWork++;
    const found = await this.#judge(work).finally(() => source.inWork--);
    const settling = found === "held"
      ? this.#look(source, work, key)
      : this.#carryOut(source, work, key, found);
    // Acknowledgements ask for more themselves, when they are sent.
    if (found === "held" || found.decision.kind !== "done") this.#ask();
    await settling;
  }

  /** What becomes of it, when the handler is through with it. */
  async #judge(work: Work<Item>): Promise<Verdict | "held"> {
    const { delivery, item: { attempt = 1 } } = work;
    const { deliveries } = delivery;
    const note = deliveries === 1 ? NO_NOTE : await this.#options.notes.read(delivery);
    if (note.held === true) return "held";
    if (note.dead !== undefined) {
      const { tries, ...why } = note.dead;
      const hold = this.#rules.onDead === "hold";
      return { decision: { kind: "dead", ...why, hold }, tries, note };
    }
    const tries = tryOf({ attempt, deliveries, forgiven: note.forgiven });
    let decision = this.#decide(undefined, tries);
    if (decision.kind === "run") {
      // Where failures leave their place, one that comes again was in work when a process ended.
      const isSuspect = this.#rules.mayLeavePlace && deliveries > note.forgiven + 1;
      if (isSuspect) await this.#turn(delivery, note);
      const turn = this.#slots.take();
      if (turn !== undefined) await turn;
      try {
        decision = this.#decide(await this.#run(work, tries), tries);
      } finally {
        this.#slots.leave();
        if (isSuspect) this.#suspects.leave();
      }
    }
    return { decision, tries, note };
  }

  /** Waits until no other suspect runs; should one of them end the process meanwhile, it costs no try. */
  async #turn(delivery: Delivery, note: DeliveryNote): Promise<void> {
    const turn = this.#suspects.take();
    if (turn === undefined) return;
    const { notes } = this.#options;
    await notes.write(delivery, { ...note, forgiven: note.forgiven + 1 });
    await turn;
    await notes.write(delivery, note);
  }

  #decide(outcome: Outcome | undefined, tries: number): Decision {
    return decideDelivery(outcome, tries, this.#rules, Math.random());
  }

  /** What its handler answers, or what is said of it from outside before. */
  #run(work: Work<Item>, tries: number): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#isGivingBack) return resolve({ kind: "given_back" });
      const { handlerMs, run } = this.#options;
      const now = performance.now();
      work.finish = resolve;
      work.deadline = now + handlerMs;
      this.#sweep.watch(work.deadline, now);
      const { delivery, item } = work;
      run({ delivery, item, tries, signal: () => work.signal }).then(resolve, reject);
    });
  }

  #expire(now: number): number {
    let next = Infinity;
    for (const work of this.#inWork.values()) {
      if (work.deadline > now) next = Math.min(next, work.deadline);
      else {
        const why = `the handler did not end within ${this.#options.handlerMs} ms`;
        work.deadline = Infinity;
        work.abort(why);
        work.finish({ kind: "failed", error: why });
      }
    }
    return next;
  }

  #keepWorking(): ReturnType<typeof setInterval> {
    const timer = setInterval(() => {
      for (const { ackSubject } of this.#inWork.values()) {
        sayWorking(this.#options.requests, ackSubject);
      }
    }, this.#options.settings.ackWaitMs / 3);
    unrefTimer(timer);
    return timer;
  }

  async #carryOut(
    source: Source,
    work: Work<Item>,
    key: string,
    { decision, tries, note }: Verdict,
  ): Promise<void> {
    switch (decision.kind) {
      case "run":
        return;
      case "done":
        return await this.#confirm(source, work, key);
      case "wait":
        return await this.#wait(work, decision.afterMs, decision.isFree, note);
      case "park": {
        const { afterMs, attempt } = decision;
        const at = new Date(await this.#options.now() + afterMs);
        const { delivery, item } = work;
        const parked = parkedMessage(this.#options, delivery, item, { attempt, at });
        if (await this.#store(work, parked, this.#options.later!)) {
          return await this.#confirm(source, work, key);
        }
        return await this.#wait(work, afterMs, attempt === tries, note);
      }
      case "dead": {
        const { delivery, item } = work;
        const { reason, error, hold } = decision;
        const now = new Date(await this.#options.now());
        const why = { reason, error, tries };
        const maximum = this.#options.requests.line.info?.max_payload;
        const letter = deadLetter(this.#options, delivery, item, why, now, { maximum });
        if (!await this.#store(work, letter, this.#options.dead)) {
          await this.#options.notes.write(delivery, { ...note, dead: why });
          return await this.#wait(work, UNSTORED_MS, false, note);
        }
        this.#options.log.error(
          `${this.#options.name}: ${item.id} is a dead letter${hold ? " and holds its place" : ""}`,
          { reason, error, tries },
        );
        if (!hold) return await this.#end(work, key);
        await this.#options.notes.write(delivery, { forgiven: note.forgiven, held: true });
        return await this.#wait(work, this.#heldMs, false, note);
      }
    }
  }

  async #confirm(source: Source, work: Work<Item>, key: string): Promise<void> {
    if (!await source.acks.add(work.ackSubject)) this.#remember(key);
  }

  async #end(work: Work<Item>, key: string): Promise<void> {
    const { requests, settings: { ackWaitMs } } = this.#options;
    const deadline = performance.now() + ackWaitMs;
    if (!await acknowledge(requests, [work.ackSubject], TERM, deadline)) this.#remember(key);
  }

  #remember(key: string): void {
    if (this.#unconfirmed.size < MOST_UNCONFIRMED) this.#unconfirmed.add(key);
  }

  async #wait(
    work: Work<Item>,
    afterMs: number,
    isFree: boolean,
    note: DeliveryNote,
  ): Promise<void> {
    const { requests, notes, settings: { ackWaitMs } } = this.#options;
    if (isFree) await notes.write(work.delivery, { ...note, forgiven: note.forgiven + 1 });
    work.isGivenAway = true;
    await acknowledge(requests, [work.ackSubject], nak(afterMs), performance.now() + ackWaitMs);
  }

  /** Lets go of what is held when somebody has decided about its dead letter. */
  async #look(source: Source, work: Work<Item>, key: string): Promise<void> {
    const { requests, dead, deployment, kind, name } = this.#options;
    const subject = deadSubject(deployment, kind, name, work.item.id);
    const letter = await new StreamApi(requests, dead)
      .message({ last: subject }, performance.now() + STORE_MS);
    const isDecided = letter.isOk() && letter.value === undefined;
    if (isDecided) return await this.#confirm(source, work, key);
    return await this.#wait(work, this.#heldMs, false, { forgiven: 0 });
  }

  async #store(
    work: Work<Item>,
    message: WorkMessage,
    stream: string,
  ): Promise<boolean> {
    const { requests, name, log } = this.#options;
    const deadline = performance.now() + STORE_MS;
    const stored = await publishStored(requests, { ...message, stream }, deadline);
    if (stored.isErr()) {
      const { what } = failureMeaning(stored.error);
      log.error(`${name}: ${work.item.id} could not be put into ${stream}: ${what}`);
    }
    return stored.isOk();
  }

  #isIdleWithin(ms: number): Promise<boolean> {
    if (this.#inWork.size === 0) return Promise.resolve(true);
    return doneWithin(new Promise<void>((resolve) => this.#idle = resolve), ms);
  }
}

/** What becomes of a delivery, and what is known of it. */
interface Verdict {
  readonly decision: Decision;
  readonly tries: number;
  readonly note: DeliveryNote;
}

interface Source {
  readonly loop: PullLoop;
  readonly acks: Acknowledgements;
  inWork: number;
}
