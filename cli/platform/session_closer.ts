import { type Caller, parseCallerToken } from "../../contracts/identity/caller.ts";
import { isErr } from "../../contracts/result.ts";
import { type Holder, holderText } from "../../reconcile/access/holder.ts";
import type { Holding } from "../../reconcile/access/holding.ts";
import type { HoldingStore } from "../../reconcile/access/holding_store.ts";
import type { LiveSessions } from "../../runtime/platform/nats/live_sessions.ts";
import { answersOver } from "./answers_over.ts";

/** What closing connections needs. */
export interface SessionCloserParts {
  readonly live: Pick<LiveSessions, "closeAll">;
  readonly holdings: Pick<HoldingStore, "loadAll" | "watch">;
  /** Told of what failed. */
  readonly onError: (cause: unknown) => void;
}

/**
 * Closes the connections of whoever loses a right. Clients connect again by themselves, with what they may
 * do then. Whoever was about to come in may have been looked up before the change: what was opened until
 * then is closed once more when the server waits for no earlier answer.
 */
export class SessionCloser implements AsyncDisposable {
  readonly #parts: SessionCloserParts;
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;
  readonly #closing = new Set<Promise<void>>();

  /** Starts to watch what is taken from whom. */
  constructor(parts: SessionCloserParts) {
    this.#parts = parts;
    this.#watching = parts.holdings.watch(
      (holder, holding) => this.#inBackground(this.#changed(holder, holding)),
      this.#stop.signal,
    ).catch(parts.onError);
  }

  /** Watches no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#watching, ...this.#closing]);
  }

  async #changed(holder: Holder, holding: Holding | undefined): Promise<void> {
    // What cannot be read gives nothing any more.
    if (holding !== undefined && holding.change.removed.length === 0) return;
    const losers = new Set((await this.#membersOf(holder)).map(holderText));
    await this.#close(({ principal }) => losers.has(`${principal.kind}:${principal.id}`));
  }

  async #membersOf(holder: Holder): Promise<readonly Holder[]> {
    if (holder.kind !== "group") return [holder];
    const holdings = (await this.#parts.holdings.loadAll()).take();
    if (isErr(holdings)) throw holdings.error;
    return holdings.filter(({ groups }) => groups.includes(holder.id)).map(({ holder }) => holder);
  }

  async #close(isMeant: (caller: Caller) => boolean): Promise<void> {
    const { live } = this.#parts;
    const isNamed = (name: string) => {
      const caller = parseCallerToken(name);
      return caller !== undefined && isMeant(caller);
    };
    const opened = (await live.closeAll(isNamed)).orThrow();
    this.#inBackground(this.#closeLater(async () => {
      (await live.closeAll(isNamed, opened)).orThrow();
    }));
  }

  /** Nothing when it all ends before: then this process lets nobody in any more. */
  async #closeLater(close: () => Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    await answersOver(signal);
    if (!signal.aborted) await close();
  }

  #inBackground(work: Promise<void>): void {
    const done: Promise<void> = work.catch((cause) => {
      if (!this.#stop.signal.aborted) this.#parts.onError(cause);
    }).finally(() => this.#closing.delete(done));
    this.#closing.add(done);
  }
}
