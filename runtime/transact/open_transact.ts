import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import { bySurfacePath } from "../../contracts/manifest/surface_path.ts";
import { AsyncResult, type Result } from "../../contracts/result.ts";
import { newEventMetadata } from "../events/event_client.ts";
import { eventSurface, prepareEvent } from "../events/prepare_event.ts";
import type { ValueCodec } from "../kv/value_codec.ts";
import type { PrepareJob } from "../jobs/outbox_job.ts";
import type { HandedOver } from "../rpc/call_options.ts";
import type { Transacted, TransactOptions } from "./transact_types.ts";
import { StepList, type TransactionError, type TransactionStep } from "./transaction.ts";

/** A bucket whose values are stored together with events. `nats/` implements it. */
export interface TransactionBucket {
  /** Writes and checks its values. */
  readonly codec: ValueCodec<unknown>;
  /** Stores all steps, or none of them. Never rejects. */
  commit(
    steps: readonly TransactionStep[],
    options: TransactOptions & HandedOver,
  ): Promise<Result<Transacted, TransactionError>>;
}

/** `client.transact` as untyped code calls it. */
export type UntypedTransact = (
  compose: (tx: { readonly kv: object; readonly event: object; readonly jobs: object }) => unknown,
  options?: TransactOptions & HandedOver,
) => AsyncResult<Transacted, TransactionError>;

/**
 * Makes `client.transact` of a contract, over the buckets that take transactions, by alias.
 *
 * @param queues what makes the jobs of each queue
 */
export function openTransact(
  manifest: ContractManifest,
  buckets: ReadonlyMap<string, TransactionBucket>,
  queues: ReadonlyMap<string, PrepareJob> = new Map(),
): UntypedTransact {
  const surfaces = Object.keys(manifest.events ?? {}).flatMap((name) => {
    const surface = eventSurface(manifest, name);
    return surface === undefined ? [] : [surface];
  });
  return (compose, options = {}) => {
    const list = new StepList();
    const kv = [...buckets].map(([alias, { codec }]) => [alias, list.bucket(alias, codec)]);
    const event = surfaces.map((surface) =>
      [surface.name, (body: unknown) => {
        list.event(prepareEvent(surface, body, newEventMetadata()), surface.keep);
      }] as const
    );
    const jobs = [...queues].map(([queue, prepare]) => {
      const create: (...job: Parameters<PrepareJob>) => void = (...job) =>
        list.job(prepare(...job));
      return [queue, { create }];
    });
    const composed = compose({
      kv: Object.fromEntries(kv),
      event: bySurfacePath(event),
      jobs: Object.fromEntries(jobs),
    });
    if (composed instanceof Promise) {
      // What it still does is refused, and nobody waits for it.
      composed.catch(() => {});
      throw new TypeError("a transaction is composed by a function that is not asynchronous");
    }
    const { alias, steps, error } = list.close();
    if (error !== undefined) return AsyncResult.err(error);
    const bucket = buckets.get(alias);
    if (bucket === undefined) throw new TypeError(`${manifest.id} has no outbox in ${alias}`);
    return new AsyncResult(bucket.commit(steps, options));
  };
}
