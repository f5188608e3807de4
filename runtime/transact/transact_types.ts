/**
 * The types of `client.transact`, inferred from a contract.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import type {
  ContractBody,
  EventDeclaration,
  JobDeclaration,
  KvDeclaration,
  SchemaOf,
} from "../../contracts/define/declaration.ts";
import type { Section } from "../../contracts/define/selected_surface.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { ValidationError } from "../../contracts/errors/validation_error.ts";
import type { BySurfacePath } from "../../contracts/manifest/surface_path.ts";
import type { AsyncResult } from "../../contracts/result.ts";
import type { EventBodyOf } from "../events/event_types.ts";
import type { CreateJobOptions, JobPayloadOf } from "../jobs/job_types.ts";
import type { EventMetadata } from "../events/prepare_event.ts";
import type { KVWritten } from "../kv/kv_entry.ts";
import type { KVError } from "../kv/kv_error.ts";
import type { ExpectedRevision } from "../kv/typed_kv.ts";

/** The writes to one bucket that a transaction collects; each key is written once. */
export interface TransactionKV<T> {
  /** Stores the first value of a key; all fails with `exists` when it has one. */
  create(key: string, value: T): void;
  /** Stores a value, whether or not there is one, or in place of the `expectedRevision`. */
  put(key: string, value: T, options?: ExpectedRevision): void;
  /** Deletes a key; one that holds no value too. */
  delete(key: string, options?: ExpectedRevision): void;
}

/** What a transaction collects. Nothing is sent before the function that composes it returns. */
export interface Transaction<B extends ContractBody> {
  /** The buckets that were declared with `outbox: true`; one transaction writes to one of them. */
  readonly kv: TransactionBuckets<B>;
  /** The contract's own events, by path: `tx.event.order.placed(body)`. */
  readonly event: BySurfacePath<
    {
      readonly [Name in keyof Section<B, "events">]: Section<B, "events">[Name] extends
        EventDeclaration ? (body: EventBodyOf<Section<B, "events">[Name]>) => void
        : never;
    }
  >;
  /**
   * The contract's own queues, by name: `tx.jobs.sendMail.create(payload)`. A job is in its queue soon after; one
   * whose key is taken by then is left out, and the log says so.
   */
  readonly jobs: {
    readonly [Queue in keyof Section<B, "jobs">]: Section<B, "jobs">[Queue] extends
      infer D extends JobDeclaration ? TransactionQueue<D> : never;
  };
}

/** A queue that jobs of a transaction go into. */
export interface TransactionQueue<D extends JobDeclaration> {
  /** Adds a job. */
  create(
    payload: JobPayloadOf<D>,
    options?: Omit<CreateJobOptions<D>, "timeoutMs" | "traceparent">,
  ): void;
}

/** The buckets of a contract that a transaction may write to, by alias. */
export type TransactionBuckets<B extends ContractBody> = Section<B, "resources"> extends
  infer Resources ? {
    readonly [
      Alias in keyof Section<Resources, "kv"> as Section<Resources, "kv">[Alias] extends
        { readonly outbox: true } ? Alias : never
    ]: BucketOf<Section<Resources, "kv">[Alias]>;
  }
  : never;

type BucketOf<D> = D extends KvDeclaration
  ? D["required"] extends false ? TransactionKV<Static<SchemaOf<D["schema"]>>> | undefined
  : TransactionKV<Static<SchemaOf<D["schema"]>>>
  : never;

/** How a transaction is committed. */
export interface TransactOptions {
  /** Milliseconds that all of it may take, reconnections included; 5000 unless given. */
  readonly timeoutMs?: number;
  /** W3C trace context of its events; unless given, a handler's `client` uses that of its request. */
  readonly traceparent?: string;
}

/** What a transaction has stored. */
export interface Transacted {
  /** The new revision of each key, in the order of the writes. */
  readonly revisions: readonly KVWritten[];
  /** The events, in their order; they are published soon after. */
  readonly events: readonly EventMetadata[];
  /** The jobs, in their order; they are in their queues soon after. */
  readonly jobs: readonly { readonly queue: string; readonly id: string }[];
}

/** Commits writes to one bucket together with events and jobs: all of it is stored, or nothing. */
export type Transact<B extends ContractBody> = (
  compose: (tx: Transaction<B>) => void,
  options?: TransactOptions,
) => AsyncResult<Transacted, KVError | ValidationError | TransportError>;
