import { ok, type Result } from "../../contracts/result.ts";
import { mayBeClustered } from "../../runtime/nats/link/js_domain.ts";
import type { Authority } from "../authority/authority.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import { type Backoff, backoffMs } from "../reconciler/backoff.ts";
import { type Held, Lease } from "../reconciler/lease.ts";
import { type BucketChange, watchBucketChanges } from "../nats/watch_bucket_changes.ts";
import { NatsLeaseStore } from "../nats/nats_lease_store.ts";
import { candidateNames } from "../reconciler/place_buckets.ts";
import { RESOURCE_KINDS, resourceKey } from "../resources/kinds.ts";
import type { ReconcileOutcome } from "../reconciler/reconcile_deployment.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";
import { type LastReport, reportOutcome } from "./reconcile_outcome.ts";
import type { ReconcileEvent } from "./reconcile_event.ts";
import { type ReconcileRun, resultOf } from "./reconcile_run.ts";
import { OwnStreamsUpkeep } from "./own_streams_upkeep.ts";
import { Rounds } from "./rounds.ts";
import { type CollectionTimes, StoreCollection } from "./store_collection.ts";

/** What a loop needs. */
export interface ReconcileLoopOptions {
  readonly authority: Authority;
  /** The connection that the authority is on. */
  readonly connection: Parameters<typeof watchBucketChanges>[0];
  /** Who runs it, for those who ask who holds a lease. */
  readonly by: string;
  /** Gets what happens. */
  readonly report: (event: ReconcileEvent) => void;
  /** Told of each reconcile that has ended. */
  readonly ended?: (run: ReconcileRun) => void;
  /** Milliseconds between two looks for drift, where there are not very many deployments; 30000 unless given. */
  readonly intervalMs?: number;
  /** Milliseconds without a sign of life after which another process takes over; 15000 unless given. */
  readonly leaseMs?: number;
  /** Milliseconds that a holder of the lease is given to reconcile what is asked for; 1000 unless given. */
  readonly patienceMs?: number;
  /** How waiting times between attempts grow; from half a second to half a minute unless given. */
  readonly backoff?: Backoff;
  /** When unused objects of stores are removed. */
  readonly collect?: CollectionTimes;
  /** From 0 to 1; `Math.random` unless given. */
  readonly random?: () => number;
}

/** What is known of one deployment. */
interface Watched extends LastReport {
  readonly name: string;
  /** One reconcile at a time. */
  queue: Promise<unknown>;
  failures: number;
  retry: ReturnType<typeof setTimeout> | undefined;
  /** Buckets whose changes concern it, as `kv/svc_orders_orders`. */
  buckets: ReadonlySet<string>;
  /** Physical names of its stores. */
  stores: readonly string[];
  mine: boolean | undefined;
}

/** Milliseconds in which the server's several words about one change arrive. */
const SETTLE_MS = 50;
/** Milliseconds that work under way is given to end. */
const STOP_MS = 1000;
/** Milliseconds between two looks at what another process does. */
const LOOK_MS = 50;

/**
 * Reconciles deployments when asked, tries again what may succeed later, and looks after them from
 * then on: changes that are made outside Trellis are seen, reported and repaired.
 *
 * ```ts ignore
 * await using loop = await ReconcileLoop.start({ authority, connection, by, report });
 * const outcome = await loop.reconcile("orders");
 * ```
 */
export class ReconcileLoop implements AsyncDisposable {
  readonly #options: ReconcileLoopOptions;
  readonly #lease: Lease | undefined;
  readonly #collection: StoreCollection;
  readonly #rounds: Rounds;
  #isLost = false;
  readonly #stop = new AbortController();
  readonly #watched = new Map<string, Watched>();
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  readonly #settling = new Set<ReturnType<typeof setTimeout>>();
  /** Changes that the server reported and that were not looked at yet, by bucket. */
  readonly #changes = new Map<string, BucketChange[]>();

  private constructor(options: ReconcileLoopOptions, lease: Lease | undefined) {
    this.#options = options;
    this.#lease = lease;
    const { connection, intervalMs = 30_000, leaseMs = 15_000 } = options;
    const { signal } = this.#stop;
    this.#rounds = new Rounds({
      names: () => [...this.#watched.keys()],
      look: async (name) => {
        const watched = this.#watched.get(name);
        // Without a connection nothing would come of it but as many failures.
        if (watched !== undefined && !this.#isLost) await this.#look(watched);
      },
      intervalMs,
      signal,
    });
    watchBucketChanges(connection, {
      changed: (change) => this.#noteChange(change),
      lost: () => this.#isLost = true,
      missed: () => {
        this.#isLost = false;
        this.#rounds.now();
      },
    }, signal);
    const own = new OwnStreamsUpkeep(options);
    // What goes wrong with it is no concern of deployments, and is tried again.
    const lookAtOwn = () => own.look().catch(() => {});
    if (mayBeClustered(connection)) lookAtOwn();
    this.#timers.push(setInterval(lookAtOwn, intervalMs));
    // A sign of life that is missed is given with the next; nothing depends on it.
    const renew = () => lease?.renew().catch(() => {});
    this.#timers.push(setInterval(renew, leaseMs / 3));
    this.#collection = new StoreCollection({
      connection,
      times: options.collect ?? {},
      report: options.report,
      signal,
      stores: () => [...this.#watched.values()].filter(({ mine }) => mine !== false),
    });
  }

  /** Starts a loop that looks after nothing yet. */
  static async start(options: ReconcileLoopOptions): Promise<ReconcileLoop> {
    const lease = await openLease(options);
    return new ReconcileLoop(options, lease);
  }

  /**
   * Reconciles a deployment and looks after it from then on. What fails and may succeed later is tried
   * again; that is reported, and not waited for.
   */
  async reconcile(deployment: string): Promise<Result<ReconcileOutcome, AuthorityError>> {
    const watched = this.#watch(deployment);
    const held = await this.#take(watched);
    if (held?.mine === false) {
      const done = await this.#awaitHolder(deployment);
      if (done !== undefined) {
        noteRecord(watched, done.record);
        return ok(done);
      }
    }
    return await this.#inOrder(watched, () => this.#run(watched, true));
  }

  /** Looks after a deployment from now on, as one of many: in the next round. */
  lookAfter(record: AuthorityRecord): void {
    noteRecord(this.#watch(record.deployment), record);
  }

  /** Begins a round now: looks at everything that is looked after, a few at once. */
  lookAround(): void {
    this.#rounds.now();
  }

  /** Looks after a deployment no longer. */
  forget(deployment: string): void {
    clearTimeout(this.#watched.get(deployment)?.retry);
    this.#watched.delete(deployment);
  }

  /**
   * Ends all work and gives the leases back; to be called before the connection is closed. Does not
   * wait longer than a second for a server that does not answer.
   */
  async stop(): Promise<void> {
    this.#stop.abort();
    const watched = [...this.#watched.values()];
    this.#rounds.stop();
    for (const timer of this.#timers) clearInterval(timer);
    for (const timer of this.#settling) clearTimeout(timer);
    const ended = Promise.all([...watched.map(({ queue }) => queue), this.#collection.stop()])
      .then(() => this.#lease?.release().catch(() => {}));
    let patience: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((resolve) => patience = setTimeout(resolve, STOP_MS));
    await Promise.race([ended, late]);
    clearTimeout(patience);
    for (const { retry } of watched) clearTimeout(retry);
  }

  /** Ends it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #watch(name: string): Watched {
    const known = this.#watched.get(name);
    if (known !== undefined) return known;
    const watched: Watched = {
      name,
      queue: Promise.resolve(),
      failures: 0,
      retry: undefined,
      buckets: new Set(),
      stores: [],
      mine: undefined,
      problems: "[]",
      reported: new Set(),
      materialized: "",
      causes: new Map(),
    };
    this.#watched.set(name, watched);
    return watched;
  }

  /** Runs work of one deployment after what was begun before. */
  #inOrder<T>(watched: Watched, work: () => Promise<T>): Promise<T> {
    const result = watched.queue.then(work);
    watched.queue = result.catch(() => {});
    return result;
  }

  async #run(
    watched: Watched,
    awaited: boolean,
  ): Promise<Result<ReconcileOutcome, AuthorityError>> {
    const { authority, report, ended } = this.#options;
    const { name: deployment } = watched;
    clearTimeout(watched.retry);
    const outcome = await authority.reconcile(deployment, {
      acting: (action) => report({ kind: "acting", deployment, action }),
      signal: this.#stop.signal,
    });
    if (this.#stop.signal.aborted) return outcome;
    ended?.({ deployment, result: resultOf(outcome) });
    if (outcome.isOk()) noteRecord(watched, outcome.value.record);
    const again = outcome.isErr()
      ? outcome.error.retryable
      : outcome.value.materialized?.problems.some(({ retryable }) => retryable) ?? false;
    watched.failures = again ? watched.failures + 1 : 0;
    const isMaking = outcome.isOk() && isMakingProjection(outcome.value);
    const retryMs = again || isMaking ? this.#retryLater(watched) : undefined;
    reportOutcome(watched, outcome, { report, deployment, awaited, retryMs });
    return outcome;
  }

  #retryLater(watched: Watched): number {
    const { random = Math.random, backoff = { firstMs: 500, maxMs: 30_000 } } = this.#options;
    const wait = backoffMs(watched.failures, random(), backoff);
    if (this.#stop.signal.aborted) return wait;
    watched.retry = setTimeout(() => this.#look(watched), wait);
    return wait;
  }

  /** A look in the background, by the process that holds the lease. */
  #look(watched: Watched): Promise<void> {
    return this.#inOrder(watched, async () => {
      if (this.#stop.signal.aborted || !this.#watched.has(watched.name)) return;
      const held = await this.#take(watched);
      if (held?.mine !== false && !this.#stop.signal.aborted) await this.#run(watched, false);
    }).catch((error) => {
      const message = `the reconcile of ${watched.name} failed: ${error}`;
      const { name: deployment } = watched;
      const hint = "this is a bug; the next look tries again";
      this.#options.report({ kind: "failed", deployment, message, hint, awaited: false });
    });
  }

  #noteChange(change: BucketChange): void {
    const watched = [...this.#watched.values()].filter(({ buckets }) => buckets.has(change.bucket));
    if (watched.length === 0) return;
    const changes = this.#changes.get(change.bucket);
    if (changes !== undefined) {
      changes.push(change);
      return;
    }
    this.#changes.set(change.bucket, [change]);
    const timer = setTimeout(() => {
      this.#settling.delete(timer);
      this.#settle(change.bucket);
    }, SETTLE_MS);
    this.#settling.add(timer);
  }

  #settle(bucket: string): void {
    const changes = this.#changes.get(bucket) ?? [];
    this.#changes.delete(bucket);
    const told = changes.filter(({ by }) => by !== undefined);
    if (told.length > 0 && told.every(({ by }) => by?.own)) return;
    const cause = told.findLast(({ by }) => !by?.own) ?? changes.at(-1);
    for (const watched of this.#watched.values()) {
      if (!watched.buckets.has(bucket) || cause === undefined) continue;
      watched.causes.set(bucket, cause);
      this.#look(watched);
    }
  }

  /** Undefined when there are no leases: then every process is as good as the holder. */
  async #take(watched: Watched): Promise<Held | undefined> {
    const held = await this.#lease?.take(leaseName(watched.name)).catch(() => undefined);
    if (held !== undefined && watched.mine !== held.mine) {
      const first = watched.mine === undefined && held.mine;
      watched.mine = held.mine;
      const { name: deployment } = watched;
      if (!first) {
        const { mine, holder } = held;
        this.#options.report({ kind: "lease", deployment, mine, holder: holder.name });
      }
    }
    return held;
  }

  /** Gives the holder of the lease time to reconcile; undefined when it does not. */
  async #awaitHolder(deployment: string): Promise<ReconcileOutcome | undefined> {
    const end = performance.now() + (this.#options.patienceMs ?? 1000);
    do {
      const shown = await this.#options.authority.show(deployment);
      if (shown.isErr()) return undefined;
      const { materialized } = shown.value;
      if (isReconciled(shown.value)) return { record: shown.value, materialized, actions: [] };
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    } while (performance.now() < end && !this.#stop.signal.aborted);
    return undefined;
  }
}

/** Remembers what of a deployment is to be looked after. */
function noteRecord(watched: Watched, record: AuthorityRecord): void {
  const names = candidateNames(record);
  watched.buckets = new Set(
    RESOURCE_KINDS.flatMap((kind) => names[kind].map((name) => resourceKey(kind, name))),
  );
  watched.stores = Object.values(record.materialized?.bindings.store ?? {}).map(({ name }) => name);
}

/** Whether what is accepted, digests included, has been seen by a reconcile. */
function isReconciled({ desired, materialized }: AuthorityRecord): boolean {
  return desired === undefined || (materialized?.version === desired.version &&
    materialized.bindings.digests.join() === desired.digests.join());
}

async function openLease(options: ReconcileLoopOptions): Promise<Lease | undefined> {
  const { connection, by, leaseMs: lifeMs = 15_000 } = options;
  try {
    const store = await NatsLeaseStore.open(connection);
    const self = { id: crypto.randomUUID(), name: by };
    const lease = new Lease(store, self, { lifeMs, clock: () => performance.now() });
    await lease.renew();
    return lease;
  } catch {
    // An account without room for another stream does without: leases only save work.
    return undefined;
  }
}

/** A deployment's name as one token of a subject. */
function leaseName(deployment: string): string {
  return deployment.replaceAll(".", "_");
}

/** Whether a service fills a bucket that is to take the place of another. */
function isMakingProjection({ materialized }: ReconcileOutcome): boolean {
  const projections = Object.values(materialized?.bindings.projections ?? {});
  return projections.some(({ next }) => next !== undefined);
}
