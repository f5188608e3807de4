import {
  TransferError,
  type TransferErrorReason,
} from "../../../contracts/errors/transfer_error.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { objectDigest } from "../../../contracts/stored/object_digest.ts";
import { currentHost } from "../../host/host.ts";
import type { StreamingHash } from "../../host/streaming_hash.ts";
import { Backoff } from "../../nats/backoff.ts";
import { unrefTimer } from "../../nats/unref_timer.ts";
import type { ByteRange } from "../../store/object_part.ts";
import { WINDOW_BYTES } from "./pull_protocol.ts";
import { PullWindow, type WindowParts } from "./pull_window.ts";
import type { FileProgress, ReceiveError } from "./receive_types.ts";

/** Milliseconds that nothing may come of a window before the rest is asked for again. */
const SILENT_MS = 3000;
/** Milliseconds that nothing may come at all unless it is said. */
const STALL_MS = 60_000;

/** What is fetched of which file. */
export interface PulledParts extends Omit<WindowParts, "changed"> {
  /** Id of the grant. */
  readonly id: string;
  readonly range: ByteRange;
  /** The digest of what is fetched; undefined for a part of a file. */
  readonly digest: string | undefined;
  readonly onProgress?: ((progress: FileProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly stallMs?: number | undefined;
}

type Taken = Result<Uint8Array<ArrayBuffer> | undefined, ReceiveError>;

/**
 * The bytes of a file, in order. Two windows are there or on their way at most, so that a fast reader need not wait for
 * the next one, and a slow reader has little in memory. When something breaks, the rest is asked for again, of whichever
 * instance answers.
 */
export class PulledBytes {
  readonly #parts: PulledParts;
  readonly #unlisten: () => void;
  readonly #aborted: () => void;
  readonly #stallMs: number;
  /** What is on its way, in order. */
  #windows: PullWindow[] = [];
  #hash: StreamingHash | undefined;
  /** The next byte to be given out. */
  #position: number;
  #backoff: Backoff;
  #wake: (() => void) | undefined;
  #failure: ReceiveError | undefined;
  #ended = false;

  /** Nothing is asked before the first bytes are taken. */
  constructor(parts: PulledParts) {
    this.#parts = parts;
    this.#position = parts.range.start;
    this.#stallMs = parts.stallMs ?? STALL_MS;
    this.#backoff = this.#patience();
    this.#unlisten = parts.line.watch((event) => {
      if (event.kind === "disconnected" || event.kind === "reconnected") this.#forget();
      if (event.kind === "closed") {
        this.#fail(event.error ?? this.#error("aborted", "the connection was closed"));
      }
    });
    this.#aborted = () => {
      const cause: unknown = parts.signal?.reason;
      this.#fail(this.#error("aborted", "the caller's signal has ended it", cause));
    };
    parts.signal?.addEventListener("abort", this.#aborted, { once: true });
    if (parts.signal?.aborted) this.#aborted();
  }

  /** Bytes that are fetched in all. */
  get size(): number {
    return this.#parts.range.end - this.#parts.range.start;
  }

  /** The next bytes; undefined after the last. After an error there is nothing more. */
  async next(): Promise<Taken> {
    let isOver = true;
    try {
      const next = await this.#next();
      if (next.isErr()) this.#failure ??= next.error;
      isOver = next.isErr() || next.value === undefined;
      return next;
    } finally {
      // What is told of the progress may throw.
      if (isOver) this.stop();
    }
  }

  /** Ends it. */
  stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#unlisten();
    this.#parts.signal?.removeEventListener("abort", this.#aborted);
    this.#forget();
  }

  async #next(): Promise<Taken> {
    const { range, digest } = this.#parts;
    if (this.#ended && this.#failure === undefined) return ok(undefined);
    if (digest !== undefined) this.#hash ??= await currentHost().newSha256();
    // The grant of a file without bytes is checked as well.
    let isEmpty = this.size === 0;
    for (;;) {
      if (this.#failure !== undefined) return err(this.#failure);
      if (!isEmpty && this.#position === range.end) return ok(undefined);
      const window = this.#windows[0] ?? this.#open(this.#position);
      if (isEmpty && window.end !== undefined) {
        isEmpty = false;
        if (!this.#isDigest()) return err(this.#wrong());
        continue;
      }
      const piece = window.take();
      if (piece !== undefined) {
        const bytes = this.#accept(piece);
        this.#look();
        if (bytes.length === 0) continue;
        return this.#position === range.end && !this.#isDigest() ? err(this.#wrong()) : ok(bytes);
      }
      const waited = await this.#await(window);
      if (waited.isErr()) return err(waited.error);
    }
  }

  /** The part of a piece that has not been given out yet. */
  #accept({ at, bytes }: { readonly at: number; readonly bytes: Uint8Array<ArrayBuffer> }) {
    const { range, onProgress } = this.#parts;
    const own = bytes.subarray(
      Math.max(0, this.#position - at),
      Math.max(0, Math.min(bytes.length, range.end - at)),
    );
    if (own.length === 0) return own;
    this.#position += own.length;
    this.#hash?.update(own);
    this.#backoff = this.#patience();
    onProgress?.({ received: this.#position - range.start, size: this.size });
    return own;
  }

  /** Leaves a window that was read to its end, and asks for the one that follows the last. */
  #look(): void {
    const { range } = this.#parts;
    if (this.#windows[0]?.left === 0) this.#windows.shift()?.stop();
    const end = this.#windows.at(-1)?.end;
    if (this.#windows.length === 1 && end !== undefined && end < range.end) this.#open(end);
  }

  #open(from: number): PullWindow {
    const changed = () => {
      this.#wake?.();
      this.#wake = undefined;
    };
    const bytes = Math.min(WINDOW_BYTES, this.#parts.range.end - from);
    const window = new PullWindow({ ...this.#parts, changed }, from, bytes);
    this.#windows.push(window);
    return window;
  }

  /** Waits until something comes; asks again for what does not. */
  async #await(window: PullWindow): Promise<Result<void, ReceiveError>> {
    if (window.isWrong) return err(this.#wrong());
    const { failure } = window;
    if (failure === undefined && !window.isBroken) {
      const came = await this.#something();
      if (came || !this.#parts.line.up || this.#windows[0] !== window) return this.#orStalled();
    } else if (failure !== undefined && !mayPass(failure)) {
      return err(
        isReceiveError(failure) ? failure : this.#error("unavailable", failure.message, failure),
      );
    }
    this.#forget();
    if (await this.#backoff.pause(this.#parts.signal)) return ok();
    return this.#failure === undefined ? err(this.#stalled(failure)) : ok();
  }

  #orStalled(): Result<void, ReceiveError> {
    return this.#backoff.over ? err(this.#stalled()) : ok();
  }

  /** Whether anything happens before it has been silent for too long. */
  #something(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.min(SILENT_MS, this.#stallMs));
      unrefTimer(timer);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  #forget(): void {
    const windows = this.#windows;
    this.#windows = [];
    for (const window of windows) window.stop();
    this.#wake?.();
    this.#wake = undefined;
  }

  #fail(failure: ReceiveError): void {
    this.#failure ??= failure;
    this.#forget();
  }

  #patience(): Backoff {
    return new Backoff(performance.now() + this.#stallMs);
  }

  #isDigest(): boolean {
    const { digest } = this.#parts;
    return this.#hash === undefined || objectDigest(this.#hash.digest()) === digest;
  }

  #wrong(): TransferError {
    const what =
      "the bytes that came are not those that were granted; tell whoever has them stored";
    return this.#error("digest_mismatch", what);
  }

  #stalled(cause?: Error): ReceiveError {
    const why = cause === undefined ? "" : `: ${cause.message}`;
    return this.#error("unavailable", `nothing has come for ${this.#stallMs} ms${why}`, cause);
  }

  #error(reason: TransferErrorReason, message: string, cause?: unknown): TransferError {
    return new TransferError({ reason, message, id: this.#parts.id, cause });
  }
}

function isReceiveError(failure: Error): failure is ReceiveError {
  return failure instanceof TransferError || failure instanceof TransportError;
}

/** Whoever answers with something unexpected may be replaced as well. */
function mayPass(failure: Error): boolean {
  return !("retryable" in failure) || failure.retryable === true;
}
