import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { ValidationError } from "../../contracts/errors/validation_error.ts";
import type { Result } from "../../contracts/result.ts";
import type { PreparedJob } from "../jobs/outbox_job.ts";
import type { PreparedEvent } from "../events/prepare_event.ts";
import { invalidKey, isKvKey } from "../kv/key.ts";
import type { WriteCondition } from "../kv/kv_bucket.ts";
import { KVError } from "../kv/kv_error.ts";
import type { ExpectedRevision } from "../kv/typed_kv.ts";
import type { ValueCodec } from "../kv/value_codec.ts";
import type { TransactionKV } from "./transact_types.ts";

/** Most messages that a server stores together. */
export const MAX_STEPS = 1000;

/** One part of a transaction: a write to a key, an event, or a job. */
export type TransactionStep = WriteStep | { readonly job: PreparedJob } | {
  readonly event: PreparedEvent;
  /** As its contract declares. */
  readonly keep?: "forever" | undefined;
};

/** A write to a key. */
export interface WriteStep {
  readonly key: string;
  /** Undefined to mark the key as deleted. */
  readonly bytes: Uint8Array | undefined;
  readonly when: WriteCondition;
}

/** Why a transaction came to nothing. */
export type TransactionError = KVError | ValidationError | TransportError;

/** Collects the steps of one transaction, and the first mistake in them. */
export class StepList {
  readonly #steps: TransactionStep[] = [];
  readonly #keys = new Set<string>();
  #alias: string | undefined;
  #error: TransactionError | undefined;
  #isOver = false;

  /** What was collected, and for which bucket; nothing is taken any more. */
  close(): { alias: string; steps: readonly TransactionStep[]; error?: TransactionError } {
    this.#isOver = true;
    if (this.#alias === undefined && this.#error === undefined) {
      throw new TypeError("a transaction writes to a bucket: publish events alone by client.event");
    }
    const error = this.#error ?? tooMany(this.#steps.length);
    const collected = { alias: this.#alias ?? "", steps: this.#steps };
    return error === undefined ? collected : { ...collected, error };
  }

  /** The writes to one bucket. */
  bucket(alias: string, codec: ValueCodec<unknown>): TransactionKV<unknown> {
    const put = (key: string, value: unknown, when: WriteCondition) => {
      this.#begin(alias, key);
      const bytes = codec.encode(key, value);
      if (this.#take(bytes)) this.#write(key, bytes.orThrow(), when);
    };
    return {
      create: (key, value) => put(key, value, { kind: "absent" }),
      put: (key, value, options) => put(key, value, condition(options)),
      delete: (key, options) => {
        this.#begin(alias, key);
        this.#write(key, undefined, condition(options));
      },
    };
  }

  /** Adds an event. */
  event(prepared: Result<PreparedEvent, ValidationError>, keep: "forever" | undefined): void {
    this.#open();
    if (this.#take(prepared)) this.#steps.push({ event: prepared.orThrow(), keep });
  }

  /** Adds a job. */
  job(prepared: Result<PreparedJob, ValidationError>): void {
    this.#open();
    if (this.#take(prepared)) this.#steps.push({ job: prepared.orThrow() });
  }

  #begin(alias: string, key: string): void {
    this.#open();
    if (this.#alias !== undefined && this.#alias !== alias) {
      throw new TypeError(
        `a transaction writes to one bucket, not to ${this.#alias} and to ${alias}`,
      );
    }
    this.#alias = alias;
    if (!isKvKey(key)) this.#error ??= invalidKey(key);
    else if (this.#keys.has(key)) this.#error ??= writtenTwice(alias, key);
    this.#keys.add(key);
  }

  #write(key: string, bytes: Uint8Array | undefined, when: WriteCondition): void {
    this.#steps.push({ key, bytes, when });
  }

  #take(result: Result<unknown, TransactionError>): boolean {
    if (result.isErr()) this.#error ??= result.error;
    return result.isOk();
  }

  #open(): void {
    if (this.#isOver) throw new TypeError("the transaction is over: compose it synchronously");
  }
}

function condition(options: ExpectedRevision | undefined): WriteCondition {
  const revision = options?.expectedRevision;
  return revision === undefined ? { kind: "any" } : { kind: "revision", revision };
}

function tooMany(count: number): KVError | undefined {
  if (count <= MAX_STEPS) return undefined;
  const message = `a transaction has at most ${MAX_STEPS} writes and events, and this one has ` +
    `${count}; split it`;
  return new KVError({ reason: "too_large", message });
}

function writtenTwice(alias: string, key: string): KVError {
  const message = `kv.${alias} "${key}" is written twice in one transaction; write its last value`;
  return new KVError({ reason: "invalid_key", message, key });
}
