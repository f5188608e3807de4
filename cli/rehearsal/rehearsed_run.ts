import type { Contract } from "../../contracts/define/contract.ts";
import { AsyncResult } from "../../contracts/result.ts";
import type { RehearsedWrite, Unknown } from "./rehearsal_protocol.ts";
import type { ReadAlias } from "./rehearsed_client.ts";

/** What a handler is run with. */
export interface RehearsedHandler {
  readonly contract: Contract;
  /** The queue or the group, as the contract calls it. */
  readonly name: string;
  readonly deps: unknown;
  readonly run: RehearsedRun;
  readonly read: ReadAlias;
  readonly signal: AbortSignal;
}

/** One run of a handler: what it would write, and what ended it because nothing here can answer that. */
export class RehearsedRun {
  readonly #writes: RehearsedWrite[] = [];
  readonly #stopped = Promise.withResolvers<void>();
  #unknown: Unknown | undefined;

  /** What was recorded so far. */
  get writes(): readonly RehearsedWrite[] {
    return [...this.#writes];
  }

  /** What has ended it; undefined when nothing did. */
  get unknown(): Unknown | undefined {
    return this.#unknown;
  }

  /** Settles when something has ended it. */
  get stopped(): Promise<void> {
    return this.#stopped.promise;
  }

  /** Takes note of a write. What the handler still does when the run has ended is not known to happen. */
  record(write: RehearsedWrite): void {
    if (this.#unknown === undefined) this.#writes.push(write);
  }

  /** Ends the run; whoever waits for an answer waits for ever. */
  stop(at: Unknown["at"], name: string): Promise<never> {
    this.#unknown ??= { kind: "unknown", at, name };
    this.#stopped.resolve();
    return new Promise<never>(() => {});
  }

  /** The same as an answer of a client. */
  unanswered(at: Unknown["at"], name: string): AsyncResult<never, never> {
    return new AsyncResult(this.stop(at, name));
  }
}
