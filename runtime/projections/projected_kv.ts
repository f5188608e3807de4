import { AsyncResult, err, isErr, ok, type Result } from "../../contracts/result.ts";
import { KVError } from "../kv/kv_error.ts";
import type { TypedKV } from "../kv/typed_kv.ts";
import { pause } from "../nats/pause.ts";
import type { ReachedOptions, ReadonlyKV } from "./readonly_kv.ts";

/** How far a projection is. */
export interface Progress {
  /** All of its events up to this sequence are folded. */
  readonly sequence: number;
  /** True when none of its events is left to be folded. */
  readonly isComplete: boolean;
}

/** Where the values of a projection are read, and how far they are. */
export interface ProjectionView<T> {
  readonly kv: TypedKV<T>;
  progress(): Promise<Result<Progress, KVError>>;
}

const DEFAULT_TIMEOUT_MS = 5000;
const SHORTEST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 100;
/** The server may take so long to notice a message that was stored, in milliseconds. */
const SETTLED_MS = 250;

/** A projection as handlers read it, also while its bucket is replaced by one that was made again. */
export class ProjectedKV<T> implements ReadonlyKV<T> {
  readonly #alias: string;
  #view: ProjectionView<T>;
  /** Aborts when it reads somewhere else. */
  #left = new AbortController();

  /** Nothing is asked of the server. */
  constructor(alias: string, view: ProjectionView<T>) {
    this.#alias = alias;
    this.#view = view;
  }

  /** Reads there from now on. Watches that have begun go on where they are; what is followed ends, to begin again. */
  switchTo(view: ProjectionView<T>): void {
    this.#view = view;
    this.#left.abort();
    this.#left = new AbortController();
  }

  get: TypedKV<T>["get"] = (key) => this.#view.kv.get(key);
  keys: TypedKV<T>["keys"] = (filter) => this.#view.kv.keys(filter);
  list: TypedKV<T>["list"] = (query) => this.#view.kv.list(query);
  history: TypedKV<T>["history"] = (key) => this.#view.kv.history(key);
  watch: TypedKV<T>["watch"] = (filter, options) => this.#view.kv.watch(filter, options);
  follow: TypedKV<T>["follow"] = (filter, { signal, ...options } = {}) =>
    this.#view.kv.follow(filter, {
      ...options,
      signal: AbortSignal.any([this.#left.signal, ...signal === undefined ? [] : [signal]]),
    });
  status: TypedKV<T>["status"] = () => this.#view.kv.status();

  /** See {@link ReadonlyKV.reached}. */
  reached(sequence: number, options: ReachedOptions = {}): AsyncResult<void, KVError> {
    return new AsyncResult(this.#reached(sequence, options));
  }

  async #reached(sequence: number, options: ReachedOptions): Promise<Result<void, KVError>> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    const begin = performance.now();
    let ms = SHORTEST_PAUSE_MS;
    let completeSince: number | undefined;
    for (;;) {
      const progress = (await this.#view.progress()).take();
      const now = performance.now();
      if (!isErr(progress)) {
        if (progress.sequence >= sequence) return ok();
        // The event may be none of this projection's: then there is nothing to wait for.
        completeSince = progress.isComplete ? completeSince ?? now : undefined;
        if (completeSince !== undefined && now - completeSince > SETTLED_MS) return ok();
      }
      if (now - begin + ms > timeoutMs) {
        return isErr(progress) ? progress : err(this.#late(sequence, progress.sequence));
      }
      if (!await pause(ms, signal)) {
        const message = `the wait for kv.${this.#alias} was aborted`;
        return err(new KVError({ reason: "aborted", message }));
      }
      ms = Math.min(LONGEST_PAUSE_MS, ms * 1.5);
    }
  }

  #late(wanted: number, reached: number): KVError {
    const message = `kv.${this.#alias} has not folded event ${wanted} in time: it is at ` +
      `${reached}; wait longer, or look at it with: trellis projections ls`;
    return new KVError({ reason: "timeout", message });
  }
}
