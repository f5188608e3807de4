import type { AuthorityStore, BucketWorld } from "../../reconcile/ports.ts";

/** Called around every write of a reconcile, counted from 1. */
export type AroundWrite = <T>(write: number, name: string, work: () => Promise<T>) => Promise<T>;

/** Thrown in place of whatever a process would have done next. */
export class Killed extends Error {}

/** The ports of a reconcile, with something around each of its writes; reads pass. */
export class SteppedPorts {
  /** Names of the writes, in order. */
  readonly writes: string[] = [];
  readonly store: AuthorityStore;
  readonly world: BucketWorld;

  constructor(store: AuthorityStore, world: BucketWorld, around: AroundWrite = plainly) {
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
      watch: (changed, signal) => store.watch(changed, signal),
    };
    this.world = {
      read: (name) => world.read(name),
      create: (...args) => step("create", () => world.create(...args)),
      update: (...args) => step("update", () => world.update(...args)),
      delete: (...args) => step("delete", () => world.delete(...args)),
    };
  }
}

/** Kills right before, or right after, a write. */
export function killAt(at: number, when: "before" | "after"): AroundWrite {
  return async (write, name, work) => {
    if (write === at && when === "before") throw new Killed(`before ${name}`);
    const result = await work();
    if (write === at && when === "after") throw new Killed(`after ${name}`);
    return result;
  };
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

  /** Waits until the write is reached, or the run is over without it. */
  async reached(run: Promise<unknown>): Promise<void> {
    await Promise.race([this.#reached.promise, run]);
  }

  go(): void {
    this.#go.resolve();
  }
}

function plainly<T>(_write: number, _name: string, work: () => Promise<T>): Promise<T> {
  return work();
}
