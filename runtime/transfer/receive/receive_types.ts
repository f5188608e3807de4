/** The types of files that callers fetch: what their service grants them with, and what they fetch them by. */
import type { TransferError } from "../../../contracts/errors/transfer_error.ts";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import type { AsyncResult } from "../../../contracts/result.ts";
import type { FileGrant } from "../../../contracts/schema/file_grant.ts";
import type { ByteRange } from "../../store/object_part.ts";
import type { StoreError } from "../../store/store_error.ts";

/** How a file is granted. */
export interface GrantOptions {
  /** Milliseconds that it may be fetched for, an hour at most; an hour when left out. */
  readonly expiresInMs?: number;
  /** The bytes that may be fetched, from `start` on and before `end`; all when left out. */
  readonly range?: ByteRange;
}

/** Grants callers the files of one store, in the handlers of what declares `transfer: { direction: "receive", … }`. */
export interface FileGranter {
  /**
   * Allows whoever is answered to fetch what is stored under a key at this moment, and nothing else: the session that
   * has called an RPC, the owner of an operation. The answer is to hold the grant.
   *
   * Errors: `not_found` when the key holds no object, `out_of_range` when the object does not have these bytes. Throws
   * a RangeError for a time that no grant may have.
   */
  grant(key: string, options?: GrantOptions): AsyncResult<FileGrant, StoreError | TransferError>;
}

/** Declares that files are granted. */
export type Receives = { readonly transfer: { readonly direction: "receive" } };

/** The argument `transfer` of the handlers of RPCs that declare one, and of no others. */
export type GranterOf<D> = D extends Receives ? { readonly transfer: FileGranter } : unknown;

/** How far a file has come. */
export interface FileProgress {
  /** Bytes that have come. */
  readonly received: number;
  /** Bytes that are fetched. */
  readonly size: number;
}

/** How a file is fetched. */
export interface ReceiveOptions {
  /** Bytes of the file, from `start` on and before `end`; all that was granted when left out. */
  readonly range?: ByteRange;
  /** Told whenever some has come. */
  readonly onProgress?: (progress: FileProgress) => void;
  /** Ends it early, with the reason `aborted`. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds that nothing may come, with the connection lost or the service away, before it is given up; a minute
   * when left out.
   */
  readonly stallMs?: number;
}

/** Why a file could not be fetched. */
export type ReceiveError = TransferError | TransportError;

/**
 * A file that was granted. Each of its methods fetches it; what breaks on the way, the connection, an instance of the
 * service or the server, is gone on with where it stands. All of a file is checked against the digest of the grant before
 * its last bytes are given out.
 *
 * ```ts ignore
 * const { file } = await client.rpc.documents.download({ path: "a.pdf" }).orThrow();
 * const bytes = await client.transfer(file).bytes().orThrow();
 * await client.transfer(file, { onProgress }).to(out.writable).orThrow();
 * ```
 */
export interface FileDownload {
  /** All bytes at once; for files that fit in memory. */
  bytes(): AsyncResult<Uint8Array<ArrayBuffer>, ReceiveError>;
  /**
   * The bytes as they are read, to be read once. Little of them is held in memory. The stream fails with a
   * {@link ReceiveError}.
   */
  stream(): AsyncResult<ReadableStream<Uint8Array<ArrayBuffer>>, ReceiveError>;
  /** Writes the bytes, and answers how many; closes what is written to, or aborts it after a failure. */
  to(writable: WritableStream<Uint8Array<ArrayBuffer>>): AsyncResult<number, ReceiveError>;
}
