import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { type OperationLimit, STOPPED } from "../operation_limit.ts";
import type { KeyOperation } from "../../operation_context.ts";
import { Backoff } from "../../nats/backoff.ts";
import { PushDelivery } from "../../nats/jetstream/push_delivery.ts";
import type { ObjectReader } from "../object_store.ts";
import type { StoreError } from "../store_error.ts";
import type { ObjectStream } from "./object_stream.ts";
import { storeFailure } from "./store_failure.ts";

/** With more than so many bytes waiting to be read, the server has to wait. */
const READ_AHEAD_BYTES = 4 << 20;

/** How long chunks must be missing on a replicated stream before they count as lost, in milliseconds. */
const CERTAIN_MS = 3000;

/** What a download is made of. */
export interface DownloadParts {
  readonly stream: ObjectStream;
  readonly subject: string;
  readonly context: KeyOperation;
  /** Chunks that there must be. */
  readonly chunks: number;
  /** Milliseconds that the server may be silent. */
  readonly idleMs: number;
}

/** Reads the chunks of one object. When the connection breaks, it goes on where it was. */
export class Download implements ObjectReader {
  readonly #parts: DownloadParts;
  readonly #queue: { readonly bytes: Uint8Array; readonly sequence: number }[] = [];
  readonly #unlisten: () => void;
  #delivery: PushDelivery | undefined;
  #queued = 0;
  #received = 0;
  /** Sequence of the newest chunk that has come. */
  #sequence = 0;
  #state: "broken" | "running" | "short" | "ended" = "broken";
  /** Since when chunks are missing; they may be on their way to the replica that is read. */
  #doubt: { readonly since: number; readonly backoff: Backoff } | undefined;
  /** Why reading cannot go on. */
  #failure: StoreError | undefined;
  #proceed: (() => void) | undefined;
  #wake: (() => void) | undefined;

  /** @param parts which object, and how patiently */
  constructor(parts: DownloadParts) {
    this.#parts = parts;
    this.#unlisten = parts.stream.requests.listen(({ kind }) => {
      if (kind === "disconnected" || kind === "closed" || kind === "renewed") this.#break();
    });
  }

  /** See {@link ObjectReader.next}. */
  async next(limit: OperationLimit): Promise<Result<Uint8Array | undefined, StoreError>> {
    for (;;) {
      if (limit.error !== undefined) return err(limit.error);
      const chunk = this.#queue.shift();
      if (chunk !== undefined) {
        this.#queued -= chunk.bytes.length;
        this.#goOn();
        return ok(chunk.bytes);
      }
      if (this.#state === "ended") return ok(undefined);
      if (this.#failure !== undefined) return err(this.#failure);
      if (this.#state !== "running") {
        const problem = await (this.#state === "short" ? this.#settle(limit) : this.#start(limit));
        if (problem !== undefined) return err(problem);
        continue;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await limit.step(promise, { ms: this.#parts.idleMs, error: () => this.#silent() });
    }
  }

  /** See {@link ObjectReader.stop}. */
  stop(): void {
    this.#end();
    this.#queue.length = 0;
    this.#unlisten();
  }

  async #start(limit: OperationLimit): Promise<StoreError | undefined> {
    const { stream, subject, context, idleMs } = this.#parts;
    this.#proceed = undefined;
    this.#state = "running";
    const options = { filter: subject, from: this.#sequence + 1, headersOnly: false };
    const delivery = new PushDelivery(stream.api, options, {
      message: ({ data: bytes, sequence, pending }) => {
        this.#received++;
        this.#sequence = sequence;
        this.#queued += bytes.length;
        this.#queue.push({ bytes, sequence });
        if (this.#received === this.#parts.chunks) this.#end();
        else if (pending === 0) this.#break("short");
        this.#signal();
      },
      flow: (proceed) => {
        this.#proceed = proceed;
        this.#goOn();
      },
      // Asked again, it says whether that was all.
      idle: () => this.#break(),
      broken: (why) => {
        this.#failure = why && storeFailure(why, this.#parts.context);
        this.#break();
      },
    });
    this.#delivery = delivery;
    const started = delivery.start(performance.now() + idleMs);
    const answer = await limit.wait(started);
    if (answer === STOPPED) {
      delivery.stop();
      return limit.error;
    }
    const there = answer.take();
    if (isErr(there)) return storeFailure(there.error, context);
    if (there === 0) this.#break("short");
    return undefined;
  }

  /**
   * Decides about missing chunks. A consumer may read from a replica that lags behind, and a new leader
   * may not have caught up: only what the leader says counts, and on replicas not at once.
   */
  async #settle(limit: OperationLimit): Promise<StoreError | undefined> {
    const { stream, subject, context, chunks, idleMs } = this.#parts;
    const now = performance.now();
    this.#doubt ??= { since: now, backoff: new Backoff(now + idleMs) };
    const asked = await limit.wait(stream.info(now + idleMs, context, subject));
    if (asked === STOPPED) return limit.error;
    const info = asked.take();
    if (isErr(info)) return info.error;
    const whole = (info.subjects[subject] ?? 0) >= chunks;
    const early = info.replicas > 1 && now - this.#doubt.since < CERTAIN_MS;
    if ((whole || early) && await this.#doubt.backoff.pause()) this.#state = "broken";
    else this.#end();
    return undefined;
  }

  #goOn(): void {
    if (this.#queued > READ_AHEAD_BYTES) return;
    this.#proceed?.();
    this.#proceed = undefined;
  }

  #end(): void {
    this.#state = "ended";
    this.#delivery?.stop();
    this.#signal();
  }

  #break(state: "broken" | "short" = "broken"): void {
    if (this.#state === "ended") return;
    this.#state = state;
    this.#delivery?.stop();
    this.#signal();
  }

  #signal(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #silent(): StoreError {
    return storeFailure({ kind: "timeout" }, this.#parts.context);
  }
}

/** One chunk that is there already. */
export function readerOf(chunk: Uint8Array | undefined): ObjectReader {
  let left = chunk;
  return {
    next: () => {
      const next = left;
      left = undefined;
      return Promise.resolve(ok(next));
    },
    stop: () => {},
  };
}
