import type { Contract } from "../../contracts/define/contract.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { UseState } from "../rpc/use_state.ts";
import {
  type AcceptedSurfaces,
  type MissingUse,
  missingUseError,
  missingUses,
} from "./missing_uses.ts";
import { unrefTimer } from "../nats/unref_timer.ts";

/** Where it is read what is accepted. */
export interface UsesSource {
  /** Undefined where nobody can say. */
  read(): Promise<Result<AcceptedSurfaces | undefined, TransportError>>;
  /** Lets the server look up anew what this session may do; false when it did not. */
  renew(): Promise<boolean>;
  /** Tells when the server has looked that up anew, until the returned function is called. */
  watch(renewed: () => void): () => void;
}

/** Milliseconds between two looks while something is missing: the first pause, and the longest. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** The same while somebody wants what is missing. */
const WANTED_PAUSE_MS = 2000;
/** Milliseconds for which what was read counts. */
const FRESH_MS = 500;
/** Milliseconds between two renewals that a refusal asks for. */
const RENEWAL_MS = 10_000;

/**
 * What a contract uses, as it is at this moment: while something is missing it is looked for again and
 * again, more often while somebody wants it. That something has gone is noticed by the first call that fails, and when health is asked for.
 */
export class LiveUses {
  readonly #contract: Pick<Contract, "id" | "used">;
  readonly #source: UsesSource;
  #missing: ReturnType<typeof missingUses>;
  #lookedAt = performance.now();
  #renewedAt = -Infinity;
  #looking: Promise<void> | undefined;
  #renewing: Promise<boolean> | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  readonly #unwatch: () => void;

  private constructor(
    contract: Pick<Contract, "id" | "used">,
    source: UsesSource,
    accepted: AcceptedSurfaces | undefined,
  ) {
    this.#contract = contract;
    this.#source = source;
    this.#missing = missingUses(contract, accepted);
    // Something that concerns this session was decided, or it is simply time.
    this.#unwatch = source.watch(() => {
      if (contract.used.size > 0) this.look();
    });
  }

  /**
   * Takes up what was read just now. Errors: `trellis.use.missing` when something that is required is not
   * accepted.
   */
  static open(
    contract: Pick<Contract, "id" | "used">,
    source: UsesSource,
    accepted: AcceptedSurfaces | undefined,
  ): Result<LiveUses, TransportError> {
    const uses = new LiveUses(contract, source, accepted);
    if (uses.refusal !== undefined) return err(uses.refusal);
    uses.#follow();
    return ok(uses);
  }

  /** The error of what is required and missing; undefined when there is none. */
  get refusal(): TransportError | undefined {
    const required = [...this.#missing.values()].filter(({ required }) => required);
    return required.length === 0 ? undefined : missingUseError(this.#contract.id, required);
  }

  /** Whether all of a use is accepted, as far as is known. */
  isThere(alias: string): boolean {
    return this.#missingOf(alias) === undefined;
  }

  /** The state of one use. */
  of(alias: string): UseState {
    const problem = () => this.#problem(alias);
    return {
      problem,
      explain: async (failure) => {
        const isDenied = failure.code === "trellis.permission.denied";
        if (!isDenied && failure.code !== "trellis.rpc.unavailable") return failure;
        await this.look();
        const error = problem() ?? failure;
        return error === failure && isDenied && await this.#renew() ? undefined : error;
      },
    };
  }

  /** Looks again what is accepted, unless that was just done. What cannot be read stays as it was. */
  look(): Promise<void> {
    if (performance.now() - this.#lookedAt < FRESH_MS) return Promise.resolve();
    return this.#looking ??= this.#look().finally(() => this.#looking = undefined);
  }

  /** Looks for what is missing until it is there. */
  #follow(): void {
    clearTimeout(this.#timer);
    if (this.#closed || this.#missing.size === 0) return;
    this.#timer = setTimeout(() => this.look().then(() => this.#follow()), this.#pauseMs);
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 1.5);
    unrefTimer(this.#timer);
  }

  /** Looks no more. */
  close(): void {
    this.#closed = true;
    this.#unwatch();
    clearTimeout(this.#timer);
  }

  #problem(alias: string): TransportError | undefined {
    const missing = this.#missingOf(alias);
    return missing && missingUseError(this.#contract.id, [missing]);
  }

  /** Whoever wants what is missing is answered at once, and finds it soon when it has come. */
  #missingOf(alias: string): MissingUse | undefined {
    const missing = this.#missing.get(alias);
    if (missing !== undefined && performance.now() - this.#lookedAt > WANTED_PAUSE_MS) this.look();
    return missing;
  }

  async #look(): Promise<void> {
    const accepted = await this.#source.read();
    if (this.#closed || !accepted.isOk()) return;
    this.#lookedAt = performance.now();
    const before = this.#missing;
    const missing = missingUses(this.#contract, accepted.value);
    const hasCome = [...before].some(([alias, { surfaces }]) =>
      (missing.get(alias)?.surfaces.length ?? 0) < surfaces.length
    );
    // The server looked up when this session connected what it may call.
    if (hasCome && !await this.#source.renew()) return;
    this.#missing = missing;
    if (before.size > 0 || missing.size === 0) return;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#follow();
  }

  /** What is accepted may have come after this session connected, and before the first look. */
  async #renew(): Promise<boolean> {
    if (this.#renewing === undefined) {
      if (performance.now() - this.#renewedAt < RENEWAL_MS) return false;
      this.#renewedAt = performance.now();
      this.#renewing = this.#source.renew().finally(() => this.#renewing = undefined);
    }
    return await this.#renewing;
  }
}
