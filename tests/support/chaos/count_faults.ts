/** Counts in a ledger what must not have happened, and what may have. */
import type { Entry } from "./ledger.ts";
import { keyOf } from "./order.ts";

/** What must be nowhere: ids, with the reason. */
export interface Faults {
  /** Accepted, and never done. */
  readonly lost: readonly string[];
  /** A run did a step that was kept before it began, or an operation was run after its caller had its output. */
  readonly repeated: readonly string[];
  /**
   * Two of one key at once, or one before those that were created before it. A server that is killed may have
   * forgotten what was acknowledged last: what had ended and is begun again is no fault, but one of `endedAgain`.
   */
  readonly disordered: readonly string[];
}

/** What kills may bring about. */
export interface Repeats {
  readonly accepted: number;
  readonly done: number;
  /** Handlers that ran to their end more than once, by queue. */
  readonly endedAgain: Readonly<Record<string, number>>;
  /** Steps whose process was killed before their value was kept. */
  readonly stepsAgain: number;
  /** Given to two workers at once: a server that is killed may have forgotten whom it gave what last. */
  readonly givenTwice: number;
  /** The most runs of one job or operation. */
  readonly mostRuns: number;
}

/** Looks through a ledger in its order. */
export function countFaults(entries: readonly Entry[]): { faults: Faults; repeats: Repeats } {
  const seen = new Map<string, Seen>();
  const repeated: string[] = [];
  const disordered: string[] = [];
  const keys = new Map<string, Line>();
  let givenTwice = 0;
  let brokers = 0;
  for (const entry of entries) {
    const { what, queue, id, pid } = entry;
    if (what === "dead") {
      if (id === "broker") brokers++;
      for (const line of keys.values()) {
        for (const [id, owner] of line.open) if (owner === pid) line.open.delete(id);
      }
      continue;
    }
    if (queue === "all") continue;
    const known = seen.get(id) ??
      { queue, begin: 0, effect: 0, end: 0, mayStep: new Set(), brokers };
    seen.set(id, known);
    if (what === "effect" && !known.mayStep.has(pid)) repeated.push(`${queue} ${id}: its step`);
    if (what === "begin" || what === "effect" || what === "end") known[what]++;
    else known[what] = true;
    if (what === "begin") {
      if (known.kept) known.mayStep.delete(pid);
      else known.mayStep.add(pid);
    }
    if (what === "begin" && known.answered) repeated.push(`${queue} ${id}: after its end`);
    if (queue !== "ordered" && queue !== "single") continue;
    const key = `${queue} ${keyOf(id)}`;
    const line = keys.get(key) ?? { open: new Map(), unfinished: new Set(), last: -1 };
    keys.set(key, line);
    if (what === "begin" && known.end === 0) {
      const isTwice = line.open.has(id) && known.brokers < brokers;
      if (isTwice) givenTwice++;
      const fault = isTwice ? undefined : faultOf(line, id);
      if (fault !== undefined) disordered.push(`${key}: ${id} ${fault}`);
      line.open.set(id, pid);
      line.unfinished.add(id);
      line.last = Math.max(line.last, numberOf(id));
    } else if (what === "end") {
      line.open.delete(id);
      line.unfinished.delete(id);
    }
  }
  const all = [...seen];
  const lost = all.filter(([, { accepted, end }]) => accepted && end === 0)
    .map(([id, { queue }]) => `${queue} ${id}`);
  const endedAgain: Record<string, number> = {};
  for (const [, { queue, end }] of all) {
    if (end > 1) endedAgain[queue] = (endedAgain[queue] ?? 0) + 1;
  }
  return {
    faults: { lost, repeated, disordered },
    repeats: {
      accepted: all.filter(([, { accepted }]) => accepted).length,
      done: all.filter(([, { end }]) => end > 0).length,
      endedAgain,
      stepsAgain: all.filter(([, { effect }]) => effect > 1).length,
      givenTwice,
      mostRuns: Math.max(0, ...all.map(([, { begin }]) => begin)),
    },
  };
}

interface Seen extends Record<"begin" | "effect" | "end", number> {
  readonly queue: string;
  accepted?: boolean;
  refused?: boolean;
  kept?: boolean;
  answered?: boolean;
  /** Processes whose run began before the step was kept. */
  readonly mayStep: Set<number>;
  /** Kills of the server before it was first heard of. */
  readonly brokers: number;
}

/** Those of one key of a queue. */
interface Line {
  /** In the hands of a process that lives. */
  readonly open: Map<string, number>;
  /** Begun, and not ended by anybody. */
  readonly unfinished: Set<string>;
  /** The highest number that was begun. */
  last: number;
}

function faultOf({ open, unfinished, last }: Line, id: string): string | undefined {
  const others = [...open.keys()].filter((other) => other !== id);
  if (others.length > 0) return `beside ${others}`;
  if (open.has(id)) return "beside itself";
  const before = [...unfinished].filter((other) => other !== id);
  if (before.length > 0) return `before the end of ${before}`;
  return numberOf(id) < last ? "after one that was created later" : undefined;
}

function numberOf(id: string): number {
  return Number(id.slice(1));
}
