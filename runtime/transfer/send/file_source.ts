import {
  TransferError,
  type TransferErrorReason,
} from "../../../contracts/errors/transfer_error.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { unrefTimer } from "../../nats/unref_timer.ts";
import { bodyFailure, type BodyPieces, piecesOf } from "../../store/body_pieces.ts";
import { JoinedChunks } from "../../store/joined_chunks.ts";
import type { SendTerms } from "./send_terms.ts";
import type { FileBody } from "./send_types.ts";

/** Milliseconds that a piece of a body may take to come. */
const STALL_MS = 60_000;

type Piece = Awaited<ReturnType<BodyPieces["next"]>>;

/** What of a file is read by. */
interface FileSourceParts {
  readonly body: Uint8Array | BodyPieces;
  readonly terms: Pick<SendTerms, "chunkBytes" | "maxBytes">;
  /** Id of the operation, for errors. */
  readonly id: string;
  readonly signal: AbortSignal;
}

/** The chunks of a file that is sent, read no faster than they go. Pages load it: it is small. */
export class FileSource {
  readonly #parts: FileSourceParts;
  readonly #joined: JoinedChunks;
  #taken = 0;

  private constructor(parts: FileSourceParts) {
    this.#parts = parts;
    this.#joined = new JoinedChunks(parts.terms);
  }

  /** Begins to read. @param id of the operation, for errors */
  static open(
    body: FileBody,
    terms: Pick<SendTerms, "chunkBytes" | "maxBytes">,
    id: string,
    signal: AbortSignal,
  ): Result<FileSource, TransferError> {
    const { maxBytes = Infinity } = terms;
    const size = sizeOf(body);
    if (size !== undefined && size > maxBytes) {
      return err(new TransferError({ reason: "too_large", message: tooLarge(size, maxBytes), id }));
    }
    const source = body instanceof Uint8Array
      ? body
      : piecesOf(isBlob(body) ? body.stream() : body);
    if (source !== undefined) return ok(new FileSource({ body: source, terms, id, signal }));
    const message = "the body is no bytes, Blob or stream of bytes, or it is read elsewhere";
    return err(new TransferError({ reason: "body_failed", message, id }));
  }

  /** The next chunk; undefined after the last. */
  async next(): Promise<Result<Uint8Array | undefined, TransferError>> {
    const { body, terms: { chunkBytes } } = this.#parts;
    if (!(body instanceof Uint8Array)) return await this.#joined.next(() => this.#piece(body));
    const chunk = body.subarray(this.#taken, this.#taken + chunkBytes);
    this.#taken += chunk.length;
    return ok(chunk.length === 0 ? undefined : chunk);
  }

  /** Ends the reading. */
  close(): void {
    const { body } = this.#parts;
    if (body instanceof Uint8Array) return;
    body.stop(new DOMException("nobody reads it any more", "AbortError"));
  }

  async #piece(body: BodyPieces): Promise<Result<Uint8Array | undefined, TransferError>> {
    const { terms: { maxBytes = Infinity } } = this.#parts;
    let read: Piece | TransferError;
    try {
      read = await this.#waited(body.next());
    } catch (cause) {
      return err(this.#error("body_failed", bodyFailure(cause), cause));
    }
    if (read instanceof TransferError) return err(read);
    const { done, value } = read;
    if (done) return ok(undefined);
    if (!(value instanceof Uint8Array)) {
      const what = "a piece of the body is not a Uint8Array; encode text before you send it";
      return err(this.#error("body_failed", what));
    }
    this.#taken += value.length;
    if (this.#taken <= maxBytes) return ok(value);
    return err(this.#error("too_large", tooLarge(`more than ${maxBytes}`, maxBytes)));
  }

  /** What comes, or why it is waited for no longer. */
  #waited(coming: PromiseLike<Piece>): Promise<Piece | TransferError> {
    const { signal } = this.#parts;
    return new Promise((resolve, reject) => {
      const aborted = () =>
        end(this.#error("aborted", "it was ended by its sender", signal.reason));
      const late = () =>
        end(this.#error("body_failed", `the body gave nothing for ${STALL_MS} ms`));
      const timer = setTimeout(late, STALL_MS);
      unrefTimer(timer);
      const leave = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", aborted);
      };
      const end = (outcome: Piece | TransferError) => {
        leave();
        resolve(outcome);
      };
      coming.then(end, (cause) => {
        leave();
        reject(cause);
      });
      if (signal.aborted) aborted();
      else signal.addEventListener("abort", aborted);
    });
  }

  #error(reason: TransferErrorReason, message: string, cause?: unknown): TransferError {
    return new TransferError({ reason, message, id: this.#parts.id, cause });
  }
}

/** How many bytes a body has; undefined for what is measured as it is read. */
export function sizeOf(body: FileBody): number | undefined {
  if (body instanceof Uint8Array) return body.length;
  return isBlob(body) ? body.size : undefined;
}

/** True for a body that can be read more than once. */
export function isKept(body: FileBody): boolean {
  return body instanceof Uint8Array || isBlob(body);
}

function isBlob(body: FileBody): body is Blob {
  return body instanceof Blob;
}

function tooLarge(size: number | string, most: number): string {
  return `the file has ${size} bytes, and ${most} are the most`;
}
