import type { AuthorityStore } from "../../reconcile/records/record_store.ts";
import type { Buckets } from "../../reconcile/resources/buckets.ts";
import type { WorkStreams } from "../../reconcile/resources/work_streams.ts";
import { NatsBuckets } from "../../reconcile/nats/buckets/nats_buckets.ts";
import type { ConnectionGate } from "../../runtime/nats/connection_gate.ts";
import { steppedManager, type StreamManager } from "./nats/stepped_manager.ts";

/** Called around every write of a reconcile, counted from 1. */
export type AroundWrite = <T>(write: number, name: string, work: () => Promise<T>) => Promise<T>;

/** The ports of a reconcile, with something around each of its writes; reads pass. */
export class SteppedPorts {
  /** Names of the writes, in order. */
  readonly writes: string[] = [];
  readonly store: AuthorityStore;
  readonly buckets: Buckets;
  /** What groups are made of, where it was given. */
  readonly work: WorkStreams | undefined;

  /**
   * @param buckets the buckets; or the manager of their streams, of which each write is one of its own
   * @param link of that manager, for servers of a cluster
   */
  constructor(
    store: AuthorityStore,
    buckets: Buckets | StreamManager,
    around: AroundWrite = plainly,
    work?: WorkStreams,
    link?: ConnectionGate,
  ) {
    const step = <T>(name: string, work: () => Promise<T>) => {
      this.writes.push(name);
      return around(this.writes.length, name, work);
    };
    this.store = {
      load: (name) => store.load(name),
      loadAll: () => store.loadAll(),
      save: (record, revision) => step("save", () => store.save(record, revision)),
      savePlan: (plan) => store.savePlan(plan),
      loadPlan: (name, id) => store.loadPlan(name, id),
      loadPlans: (name) => store.loadPlans(name),
      saveBindings: (bindings) => step("bindings", () => store.saveBindings(bindings)),
      loadPositions: (name) => store.loadPositions(name),
      savePositions: (positions) => step("positions", () => store.savePositions(positions)),
      watch: (changed, signal) => store.watch(changed, signal),
    };
    this.work = work && {
      abilities: work.abilities,
      under: () => this.work ?? work,
      lastMessage: (...args) => work.lastMessage(...args),
      subjects: (...args) => work.subjects(...args),
      publish: (...args) => step("publish", () => work.publish(...args)),
      removeMessage: (...args) => step("remove message", () => work.removeMessage(...args)),
      stream: (name) => work.stream(name),
      consumer: (ref) => work.consumer(ref),
      resumesAt: (...args) => work.resumesAt(...args),
      putStream: (...args) => step("put stream", () => work.putStream(...args)),
      addConsumer: (...args) => step("add consumer", () => work.addConsumer(...args)),
      updateConsumer: (...args) => step("update consumer", () => work.updateConsumer(...args)),
      deleteConsumer: (...args) => step("delete consumer", () => work.deleteConsumer(...args)),
      deleteStream: (...args) => step("delete stream", () => work.deleteStream(...args)),
    };
    if ("streams" in buckets) {
      this.buckets = new NatsBuckets(steppedManager(buckets, step), link);
      return;
    }
    this.buckets = {
      under: () => this.buckets,
      read: (...args) => buckets.read(...args),
      create: (...args) => step("create", () => buckets.create(...args)),
      update: (...args) => step("update", () => buckets.update(...args)),
      delete: (...args) => step("delete", () => buckets.delete(...args)),
    };
  }
}

/** Kills a run right before, or right after, a write: nothing of it happens any more. */
export class KillAt {
  readonly #killed = Promise.withResolvers<string>();
  readonly #at: number;
  readonly #when: "before" | "after";

  constructor(at: number, when: "before" | "after") {
    this.#at = at;
    this.#when = when;
  }

  readonly around: AroundWrite = async (write, name, work) => {
    if (write === this.#at && this.#when === "before") return await this.#kill(name);
    try {
      return await work();
    } finally {
      if (write === this.#at) await this.#kill(name);
    }
  };

  /** Waits for the death of a run, and answers where it came; undefined when the run ended first. */
  async death(run: Promise<unknown>): Promise<string | undefined> {
    return await Promise.race([this.#killed.promise, run.then(() => undefined)]);
  }

  #kill(name: string): Promise<never> {
    this.#killed.resolve(`${this.#when} ${name}`);
    return new Promise(() => {});
  }
}

/** Stops right before a write until it is let go. */
export class PauseAt {
  readonly #reached = Promise.withResolvers<void>();
  readonly #go = Promise.withResolvers<void>();
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  readonly around: AroundWrite = async (write, _name, work) => {
    if (write === this.#at) {
      this.#reached.resolve();
      await this.#go.promise;
    }
    return await work();
  };

  /** Waits until the write is reached; false when the run is over without it. */
  async reached(run: Promise<unknown>): Promise<boolean> {
    return await Promise.race([
      this.#reached.promise.then(() => true),
      run.then(() => false),
    ]);
  }

  go(): void {
    this.#go.resolve();
  }
}

function plainly<T>(_write: number, _name: string, work: () => Promise<T>): Promise<T> {
  return work();
}
