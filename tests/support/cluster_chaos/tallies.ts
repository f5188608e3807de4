/** What has become of all that was asked. */
import type { Result } from "../../../mod.ts";

/** Kinds of requests. */
export const KINDS = [
  "rpc",
  "conditional",
  "create",
  "read",
  "store put",
  "store get",
  "event",
  "transact",
  "job",
  "kept job",
  "operation",
  "subscribe",
  "follow",
  "state write",
  "state read",
  "upload",
  "resumed upload",
  "download",
  "session",
] as const;
/** One of them. */
export type Kind = typeof KINDS[number];

/** What has become of the requests of one kind. */
export interface Tally {
  /** When each that was done ended, by `performance.now()`. */
  readonly doneAt: number[];
  /** Failures, by what they said. */
  readonly failed: Record<string, number>;
  /** The longest time that a request took, in milliseconds. */
  longestMs: number;
  /** Requests that have no answer. */
  pending: number;
  /** Of those that were done, what must be there afterwards. */
  readonly acknowledged: Map<string, string>;
}

/** A request that failed. */
export interface Failure {
  readonly kind: Kind;
  readonly said: string;
  /** By `performance.now()`, as {@link Failure.ended}. */
  readonly began: number;
  readonly ended: number;
}

/** Counts requests by their kind. */
export class Tallies {
  /** By kind. */
  readonly of: Readonly<Record<Kind, Tally>> = emptyTallies();
  /** All that failed, in the order in which it did. */
  readonly failures: Failure[] = [];
  /** Failures without a code that callers could tell them apart by. */
  readonly uncoded: string[] = [];

  /** Asks, and notes what comes of it. */
  async timed<T>(
    kind: Kind,
    ask: () => PromiseLike<Result<T, Error>>,
  ): Promise<Result<T, Error>> {
    const tally = this.of[kind];
    const began = performance.now();
    tally.pending++;
    const answer = await ask();
    tally.pending--;
    const ended = performance.now();
    tally.longestMs = Math.max(tally.longestMs, ended - began);
    if (answer.isOk()) tally.doneAt.push(ended);
    else if (answer.isErr()) {
      const said = nameOf(answer.error) ?? answer.error.name;
      tally.failed[said] = (tally.failed[said] ?? 0) + 1;
      this.failures.push({ kind, said, began, ended });
      if (nameOf(answer.error) === undefined) this.uncoded.push(`${kind}: ${answer.error}`);
    }
    return answer;
  }
}

/** What an error says for programs; undefined where it says nothing. */
export function nameOf(error: Error): string | undefined {
  if ("reason" in error) return String(error.reason);
  const isOpen = "isOutcomeUnknown" in error && error.isOutcomeUnknown === true;
  return "code" in error ? `${error.code}${isOpen ? " (open)" : ""}` : undefined;
}

function emptyTallies(): Record<Kind, Tally> {
  const empty = (): Tally => ({
    doneAt: [],
    failed: {},
    longestMs: 0,
    pending: 0,
    acknowledged: new Map(),
  });
  // All kinds are there.
  return Object.fromEntries(KINDS.map((kind) => [kind, empty()])) as Record<Kind, Tally>;
}
