import {
  TransferError,
  type TransferErrorReason,
} from "../../../contracts/errors/transfer_error.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { BodyChunks } from "../../store/body_chunks.ts";
import { OperationLimit } from "../../store/operation_limit.ts";
import type { StoreError, StoreErrorReason } from "../../store/store_error.ts";
import type { SendTerms } from "./send_terms.ts";
import type { FileBody } from "./send_types.ts";

/** Milliseconds that a piece of a body may take to come. */
const STALL_MS = 60_000;

const REASONS: Partial<Record<StoreErrorReason, TransferErrorReason>> = {
  too_large: "too_large",
  aborted: "aborted",
  timeout: "expired",
};

/** The chunks of a file that is sent, read no faster than they go. */
export class FileSource {
  readonly #id: string;
  readonly #chunks: BodyChunks;
  readonly #limit: OperationLimit;

  private constructor(id: string, chunks: BodyChunks, limit: OperationLimit) {
    this.#id = id;
    this.#chunks = chunks;
    this.#limit = limit;
  }

  /** Begins to read. @param id of the operation, for errors */
  static open(
    body: FileBody,
    { chunkBytes, maxBytes }: SendTerms,
    id: string,
    signal: AbortSignal,
  ): Result<FileSource, TransferError> {
    const size = sizeOf(body);
    if (size !== undefined && maxBytes !== undefined && size > maxBytes) {
      const message = `the file has ${size} bytes, and ${maxBytes} are the most; nothing was sent`;
      return err(new TransferError({ reason: "too_large", message, id }));
    }
    const context = { resource: "the file", doing: "sending" };
    const limits = { chunkBytes, maxObjectBytes: maxBytes, stallMs: STALL_MS };
    const chunks = BodyChunks.of(isBlob(body) ? body.stream() : body, limits, context).take();
    if (isErr(chunks)) return err(sayOf(chunks.error, id));
    const limit = new OperationLimit(context, { signal });
    return ok(new FileSource(id, chunks, limit));
  }

  /** The next chunk; undefined after the last. */
  async next(): Promise<Result<Uint8Array | undefined, TransferError>> {
    return (await this.#chunks.next(this.#limit)).mapErr((error) => sayOf(error, this.#id));
  }

  /** Ends the reading. */
  close(): void {
    this.#chunks.stop(new DOMException("nobody reads it any more", "AbortError"));
    this.#limit[Symbol.dispose]();
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

function sayOf({ reason, message, cause }: StoreError, id: string): TransferError {
  return new TransferError({ reason: REASONS[reason] ?? "body_failed", message, id, cause });
}
