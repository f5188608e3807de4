import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { type OperationLimit, STOPPED } from "./operation_limit.ts";
import type { StoreError } from "./store_error.ts";
import type { OperationContext } from "../operation_context.ts";
import { storeError } from "./store_problem.ts";
import type { StoreBody } from "./store_types.ts";

/** Where the pieces of a streamed body come from. */
interface Pieces {
  next(): PromiseLike<{ readonly done?: boolean; readonly value?: unknown }>;
  /** Ends the source, without waiting for it. */
  stop(reason: unknown): void;
}

/** How a body is read. */
export interface BodyLimits {
  /** Bytes of every chunk but the last. */
  readonly chunkBytes: number;
  /** Most bytes of the body; undefined: no limit. */
  readonly maxObjectBytes: number | undefined;
  /** Milliseconds that one piece may take to come. */
  readonly stallMs: number;
  /** True where no other code touches the pieces of a stream: one that has the size of a chunk is not copied then. */
  readonly ownsPieces?: boolean;
}

/** A body as chunks of one size, read no faster than they are taken. */
export class BodyChunks {
  readonly #body: Uint8Array | Pieces;
  readonly #limits: BodyLimits;
  readonly #context: OperationContext;
  #taken = 0;
  /** What of the last piece did not fit in its chunk. */
  #rest: Uint8Array | undefined;
  #ended = false;

  private constructor(body: Uint8Array | Pieces, limits: BodyLimits, context: OperationContext) {
    this.#body = body;
    this.#limits = limits;
    this.#context = context;
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
    const { chunkBytes, ownsPieces = false } = this.#limits;
    if (this.#body instanceof Uint8Array) {
      const chunk = this.#body.subarray(this.#taken, this.#taken + chunkBytes);
      this.#taken += chunk.length;
      return ok(chunk.length === 0 ? undefined : chunk);
    }
    let chunk: Uint8Array | undefined;
    let filled = 0;
    while (filled < chunkBytes && !this.#ended) {
      const piece = this.#rest ?? (await this.#piece(this.#body, limit)).take();
      if (isErr(piece)) return piece;
      if (ownsPieces && filled === 0 && piece.length === chunkBytes) {
        this.#rest = undefined;
        return ok(piece);
      }
      // The source may use the piece's memory again once it is asked for another one.
      chunk ??= new Uint8Array(chunkBytes);
      const part = piece.subarray(0, chunkBytes - filled);
      chunk.set(part, filled);
      filled += part.length;
      this.#rest = part.length < piece.length ? piece.subarray(part.length) : undefined;
    }
    return ok(filled === 0 ? undefined : chunk?.subarray(0, filled));
  }

  /** Ends a streamed body that is not read to its end. */
  stop(reason: unknown): void {
    if (this.#body instanceof Uint8Array || this.#ended) return;
    this.#ended = true;
    this.#body.stop(reason);
  }

  async #piece(pieces: Pieces, limit: OperationLimit): Promise<Result<Uint8Array, StoreError>> {
    let read;
    try {
      read = await limit.step(pieces.next(), this.#patience());
    } catch (cause) {
      this.#ended = true;
      const what = `reading the body failed: ${messageOf(cause)}`;
      return err(storeError({ reason: "body_failed", what, cause }, this.#context));
    }
    if (read === STOPPED) return err(limit.error ?? this.#patience().error());
    if (read.done) {
      this.#ended = true;
      return ok(new Uint8Array(0));
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

function piecesOf(body: unknown): Pieces | undefined {
  try {
    if (body instanceof ReadableStream) {
      const reader: ReadableStreamDefaultReader<unknown> = body.getReader();
      return {
        next: () => reader.read(),
        stop: (reason) => void reader.cancel(reason).catch(() => {}),
      };
    }
    if (typeof body !== "object" || body === null || !(Symbol.asyncIterator in body)) {
      return undefined;
    }
    // Checked just above; the pieces themselves are checked as they come.
    const iterator = (body as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    return {
      next: async () => await iterator.next(),
      stop: () => void (async () => await iterator.return?.())().catch(() => {}),
    };
  } catch {
    // It is being read elsewhere.
    return undefined;
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
