/** Files that callers send with an operation, as those see them who send and who receive them. */
import type { OperationError } from "../../../contracts/errors/operation_error.ts";
import type { TransferError } from "../../../contracts/errors/transfer_error.ts";
import type { AsyncResult } from "../../../contracts/result.ts";
import type { StoreBody, StoreInfo } from "../../store/store_types.ts";

/** The bytes of a file. A stream is read once; the others again where that helps. */
export type FileBody = StoreBody | Blob;

/** How far a file has come. */
export interface SendProgress {
  /** Id of the operation, to be kept: with it another process goes on. Told before anything is sent. */
  readonly id: string;
  /** Bytes that have arrived, with those that were there before. */
  readonly sent: number;
  /** Bytes of all of it; undefined for a stream, which is measured as it is read. */
  readonly size: number | undefined;
  /** Bytes that were there before: of a file that is gone on with. */
  readonly there: number;
}

/** What is sent with an operation. */
export interface SendOptions {
  /** The file. */
  readonly body: FileBody;
  /** Is told how far it has come, again and again. */
  readonly onTransfer?: ((progress: SendProgress) => void) | undefined;
}

/** The file that comes with an operation, as its handler has it. */
export interface SentFile {
  /** What was said of it when the operation was started. */
  readonly info: {
    /** Where the store is to keep it. */
    readonly key: string;
    /** Its media type, where the input holds one. */
    readonly contentType: string | undefined;
    /** The most bytes that it may have, where there is a limit. */
    readonly maxBytes: number | undefined;
  };
  /**
   * Waits until all of it has come, and has the store keep it: what it answers is stored under the key, whole and with
   * the digest that its sender has said. Like a wait for a signal it may give up its place in the queue, and the handler
   * runs again from the top. A file that is refused may be sent again until its time is over: then it is a
   * {@link TransferError} with the reason `expired`.
   */
  completed(): AsyncResult<StoreInfo, OperationError | TransferError>;
}

/** Declares a file that callers send. */
export type Sends = { readonly transfer: { readonly direction: "send" } };
