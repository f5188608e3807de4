import { createHash } from "node:crypto";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { objectDigest } from "../../contracts/stored/object_digest.ts";
import type { StoreRecord } from "../../contracts/stored/store_record.ts";
import type { OperationLimit } from "./operation_limit.ts";
import type { ObjectReader } from "./object_store.ts";
import type { StoreError } from "./store_error.ts";
import type { OperationContext } from "../operation_context.ts";
import { storeError } from "./store_problem.ts";

/** What a reader of checked bytes is made of. */
export interface VerifiedReaderParts {
  readonly reader: ObjectReader;
  readonly record: StoreRecord;
  readonly context: OperationContext;
  readonly limit: OperationLimit;
  /** Whether the key still leads to this object. */
  readonly current: () => Promise<boolean>;
}

/**
 * Reads an object and checks it on the way. The last chunk is held back until size and digest are
 * right: a caller who has read to the end has the bytes that were stored.
 */
export class VerifiedReader implements Disposable {
  readonly #parts: VerifiedReaderParts;
  readonly #hash = createHash("sha256");
  #received = 0;
  #done = false;

  /** @param parts the reader becomes this one's own, and so does the limit */
  constructor(parts: VerifiedReaderParts) {
    this.#parts = parts;
    // Also while no read is waiting.
    parts.limit.onEnd(() => parts.reader.stop());
  }

  /** The next chunk; undefined after the last. After an error there is nothing more. */
  async next(): Promise<Result<Uint8Array | undefined, StoreError>> {
    const next = await this.#next();
    if (next.isErr() || next.value === undefined) this[Symbol.dispose]();
    return next;
  }

  /** Ends the reading. */
  [Symbol.dispose](): void {
    if (this.#done) return;
    this.#done = true;
    this.#parts.reader.stop();
    this.#parts.limit[Symbol.dispose]();
  }

  async #next(): Promise<Result<Uint8Array | undefined, StoreError>> {
    const { reader, limit, record } = this.#parts;
    if (this.#done) return limit.error === undefined ? ok(undefined) : err(limit.error);
    for (;;) {
      if (this.#received === record.size && record.size > 0) return ok(undefined);
      const chunk = record.size === 0 ? undefined : (await reader.next(limit)).take();
      if (isErr(chunk)) return chunk;
      if (chunk === undefined) return await this.#ended();
      this.#received += chunk.length;
      if (this.#received > record.size) return this.#corrupt("it has more bytes than were stored");
      this.#hash.update(chunk);
      if (this.#received === record.size && !this.#matches()) return this.#corrupt(WRONG_DIGEST);
      if (chunk.length > 0) return ok(chunk);
    }
  }

  async #ended(): Promise<Result<undefined, StoreError>> {
    const { record, context, current } = this.#parts;
    if (record.size === 0) return this.#matches() ? ok(undefined) : this.#corrupt(WRONG_DIGEST);
    if (await current()) {
      return this.#corrupt(`only ${this.#received} of its ${record.size} bytes are there`);
    }
    const what = "the object was replaced or deleted, and its bytes are gone; get the key again";
    return err(storeError({ reason: "gone", what }, context));
  }

  #matches(): boolean {
    return this.#parts.record.digest === objectDigest(this.#hash.digest());
  }

  #corrupt(what: string): Result<never, StoreError> {
    const advice = `${what}; put the object again`;
    return err(storeError({ reason: "corrupt", what: advice }, this.#parts.context));
  }
}

const WRONG_DIGEST = "its bytes are not those that were stored: the digest differs";
