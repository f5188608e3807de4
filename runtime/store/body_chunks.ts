import { err, ok, type Result } from "../../contracts/result.ts";
import { bodyFailure, type BodyPieces, piecesOf } from "./body_pieces.ts";
import { JoinedChunks, type JoinedChunksOptions } from "./joined_chunks.ts";
import { type OperationLimit, STOPPED } from "./operation_limit.ts";
import type { StoreError } from "./store_error.ts";
import type { OperationContext } from "../operation_context.ts";
import { storeError } from "./store_problem.ts";
import type { StoreBody } from "./store_types.ts";

/** How a body is read. */
export interface BodyLimits extends JoinedChunksOptions {
  /** Most bytes of the body; undefined: no limit. */
  readonly maxObjectBytes: number | undefined;
  /** Milliseconds that one piece may take to come. */
  readonly stallMs: number;
}

/** A body as chunks of one size, read no faster than they are taken. */
export class BodyChunks {
  readonly #body: Uint8Array | BodyPieces;
  readonly #limits: BodyLimits;
  readonly #context: OperationContext;
  readonly #joined: JoinedChunks;
  #taken = 0;
  #ended = false;

  private constructor(
    body: Uint8Array | BodyPieces,
    limits: BodyLimits,
    context: OperationContext,
  ) {
    this.#body = body;
    this.#limits = limits;
    this.#context = context;
    this.#joined = new JoinedChunks(limits);
  }

  /** Begins to read; `invalid_body` for what cannot be read, `too_large` for bytes beyond the limit. */
  static of(
    body: StoreBody,
    limits: BodyLimits,
    context: OperationContext,
  ): Result<BodyChunks, StoreError> {
    const source = body instanceof Uint8Array ? body : piecesOf(body);
    if (source === undefined) {
      const what =
        "the body is neither a Uint8Array nor a stream of them that is not being read elsewhere";
      return err(storeError({ reason: "invalid_body", what }, context));
    }
    const chunks = new BodyChunks(source, limits, context);
    const problem = source instanceof Uint8Array ? chunks.#beyond(source.length) : undefined;
    return problem === undefined ? ok(chunks) : err(problem);
  }

  /** The next chunk, undefined after the last. Its bytes are part of the caller's body, or used by no other code. */
  async next(limit: OperationLimit): Promise<Result<Uint8Array | undefined, StoreError>> {
    const { chunkBytes } = this.#limits;
    if (this.#body instanceof Uint8Array) {
      const chunk = this.#body.subarray(this.#taken, this.#taken + chunkBytes);
      this.#taken += chunk.length;
      return ok(chunk.length === 0 ? undefined : chunk);
    }
    const body = this.#body;
    return await this.#joined.next(() => this.#piece(body, limit));
  }

  /** Ends a streamed body that is not read to its end. */
  stop(reason: unknown): void {
    if (this.#body instanceof Uint8Array || this.#ended) return;
    this.#ended = true;
    this.#body.stop(reason);
  }

  async #piece(
    pieces: BodyPieces,
    limit: OperationLimit,
  ): Promise<Result<Uint8Array | undefined, StoreError>> {
    let read;
    try {
      read = await limit.step(pieces.next(), this.#patience());
    } catch (cause) {
      this.#ended = true;
      const what = bodyFailure(cause);
      return err(storeError({ reason: "body_failed", what, cause }, this.#context));
    }
    if (read === STOPPED) return err(limit.error ?? this.#patience().error());
    if (read.done) {
      this.#ended = true;
      return ok(undefined);
    }
    const { value } = read;
    if (!(value instanceof Uint8Array)) {
      const what = "a piece of the body is not a Uint8Array; encode text before you store it";
      return err(storeError({ reason: "invalid_body", what }, this.#context));
    }
    this.#taken += value.length;
    const problem = this.#beyond(this.#taken);
    return problem === undefined ? ok(value) : err(problem);
  }

  #beyond(size: number): StoreError | undefined {
    const { maxObjectBytes } = this.#limits;
    if (maxObjectBytes === undefined || size <= maxObjectBytes) return undefined;
    const what = `the body has ${size} bytes or more, and an object of this store has at most ` +
      `${maxObjectBytes}; nothing was stored`;
    return storeError({ reason: "too_large", what }, this.#context);
  }

  #patience() {
    const { stallMs } = this.#limits;
    const what = `the body gave nothing for ${stallMs} ms; nothing was stored`;
    const error = () => storeError({ reason: "body_failed", what }, this.#context);
    return { ms: stallMs, error };
  }
}
