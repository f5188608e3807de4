import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import { AsyncResult, err, ok, type Result } from "../../contracts/result.ts";
import type { FileGrant } from "../../contracts/schema/file_grant.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";
import { openSurfaces } from "../../runtime/client/open_surfaces.ts";
import { eventPublication } from "../../runtime/events/event_client.ts";
import type { CreateJobOptions } from "../../runtime/jobs/job_types.ts";
import { jobSurface } from "../../runtime/jobs/job_surface.ts";
import { type PrepareJob, prepareJob } from "../../runtime/jobs/outbox_job.ts";
import { TypedKV } from "../../runtime/kv/typed_kv.ts";
import { ValueCodec } from "../../runtime/kv/value_codec.ts";
import { ProjectedKV } from "../../runtime/projections/projected_kv.ts";
import { StoreHandle } from "../../runtime/store/store_handle.ts";
import { openTransact, type TransactionBucket } from "../../runtime/transact/open_transact.ts";
import type { Transacted } from "../../runtime/transact/transact_types.ts";
import type { TransactionError, TransactionStep } from "../../runtime/transact/transaction.ts";
import { eventSurface, paramTokens } from "../../runtime/events/prepare_event.ts";
import type { BucketAnswer, Reading } from "./rehearsal_protocol.ts";
import { RehearsedBucket } from "./rehearsed_bucket.ts";
import type { RehearsedRun } from "./rehearsed_run.ts";

/** Reads a real bucket, by its alias. */
export type ReadAlias = (alias: string, reading: Reading) => Promise<BucketAnswer>;

/** All that is used counts as accepted. */
const ALL_USED = {
  of: () => ({ problem: () => undefined, explain: () => Promise.resolve(undefined) }),
  isThere: () => true,
};

/** The client of a handler in one run: what it writes is recorded, and what nothing here can answer ends the run. */
export function rehearsedClient(contract: Contract, run: RehearsedRun, read: ReadAlias) {
  const { manifest } = contract;
  const { kv = {}, store = {} } = manifest.resources ?? {};
  const stores: Record<string, object> = {};
  const transactions = new Map<string, TransactionBucket>();
  for (const [alias, { schema, maxValueBytes, projection, outbox }] of Object.entries(kv)) {
    const validator = validatorOf(manifest.schemas?.[schema.schema] ?? true);
    const bucket = new RehearsedBucket(alias, (reading) => read(alias, reading), run);
    const typed = new TypedKV<unknown>(bucket, { validator, alias, maxValueBytes });
    const progress = () => run.stop("change", alias);
    stores[alias] = projection === undefined
      ? typed
      : new ProjectedKV(alias, { kv: typed, progress });
    if (outbox !== true) continue;
    transactions.set(alias, {
      codec: new ValueCodec<unknown>(validator, alias, maxValueBytes),
      commit: (steps) =>
        commit(bucket, steps, { run, nameOf: (subject) => eventName(manifest, subject) }),
    });
  }
  const queues = Object.keys(manifest.jobs ?? {});
  const prepare = queues.map((name): [string, PrepareJob] => {
    const surface = jobSurface(manifest, name);
    return [name, (payload, options) => prepareJob(surface, payload, Date.now(), options)];
  });
  return {
    kv: stores,
    store: Object.fromEntries(
      Object.keys(store).map((alias) => [
        alias,
        new StoreHandle(alias, () => run.stop("store", alias)),
      ]),
    ),
    ...openSurfaces(contract, {
      rpc: (_owner, name) => () => run.unanswered("rpc", name),
      operation: (_owner, name) => ({
        start: () => run.unanswered("operation", name),
        resume: () =>
          unansweredRef(["get", "wait", "watch", "cancel", "signal"], "operation", name),
      }),
      event: ({ manifest }, name) =>
        eventPublication(manifest, name, {
          publish: () => {
            run.record({ kind: "event", name });
            return Promise.resolve(ok(Number.MAX_SAFE_INTEGER));
          },
        }),
      feed: (_owner, name) => () => run.unanswered("feed", name),
      live: (_owner, name) => ({ subscribe: () => run.unanswered("event", name) }),
    }, ALL_USED),
    // A file is fetched from who has granted it.
    transfer: ({ surface }: FileGrant) => unansweredRef(["bytes", "stream", "to"], "rpc", surface),
    jobs: Object.fromEntries(prepare.map(([name, make]) => [name, queueClient(name, make)])),
    transact: openTransact(manifest, transactions, new Map(prepare)),
  };

  function queueClient(name: string, make: PrepareJob): object {
    const ref = (id: string) => ({
      id,
      queue: name,
      ...unansweredRef(["get", "wait", "cancel"], "queue", name),
    });
    return {
      create: (payload: unknown, options?: CreateJobOptions) =>
        new AsyncResult(Promise.resolve(make(payload, options))).map(({ entry }) => {
          run.record({ kind: "job", name });
          return ref(entry.id);
        }),
      ref,
      ...unansweredRef(["get", "list"], "queue", name),
    };
  }

  function unansweredRef(
    methods: readonly string[],
    at: "operation" | "queue" | "rpc",
    name: string,
  ) {
    return Object.fromEntries(methods.map((each) => [each, () => run.unanswered(at, name)]));
  }
}

/** Writes all of a transaction, or nothing of it. */
async function commit(
  bucket: RehearsedBucket,
  steps: readonly TransactionStep[],
  { run, nameOf }: { readonly run: RehearsedRun; readonly nameOf: (subject: string) => string },
): Promise<Result<Transacted, TransactionError>> {
  for (const step of steps) {
    if (!("key" in step)) continue;
    const refusal = await bucket.refusal(step.key, step.when);
    if (refusal !== undefined) return err(refusal);
  }
  const revisions: { key: string; revision: string }[] = [];
  const events: Transacted["events"][number][] = [];
  const jobs: Transacted["jobs"][number][] = [];
  for (const step of steps) {
    if ("key" in step) {
      const { key, bytes } = step;
      const written = bytes === undefined
        ? await bucket.remove(key, { kind: "any" })
        : await bucket.write(key, bytes, { kind: "any" });
      revisions.push({ key, revision: written.orThrow() });
    } else if ("event" in step) {
      events.push(step.event.metadata);
      run.record({ kind: "event", name: nameOf(step.event.subject) });
    } else {
      const { job: { queue }, entry: { id } } = step.job;
      jobs.push({ queue, id });
      run.record({ kind: "job", name: queue });
    }
  }
  return ok({ revisions, events, jobs });
}

/** The event of a contract that a subject is of. */
function eventName(manifest: ContractManifest, subject: string): string {
  const isOf = (name: string) => {
    const surface = eventSurface(manifest, name);
    return surface !== undefined && paramTokens(surface, subject) !== undefined;
  };
  return Object.keys(manifest.events ?? {}).find(isOf) ?? subject;
}
