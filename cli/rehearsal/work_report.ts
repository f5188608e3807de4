import type { Recording, RehearsedWrite, Unknown, WorkName } from "./rehearsal_protocol.ts";

/** What the last jobs of a queue, or the last events of a group, would come to. */
export interface WorkReport {
  readonly kind: WorkName["kind"];
  readonly name: string;
  /** Jobs or events that were found. */
  readonly found: number;
  /** Those of them that were run; fewer when the time was up. */
  readonly run: number;
  readonly done: number;
  readonly failed: number;
  readonly firstFailed: readonly { readonly id: string; readonly error: string }[];
  readonly later: number;
  /** Runs that came to something that nothing here can answer, most first. */
  readonly unknown: readonly (Pick<Unknown, "at" | "name"> & {
    readonly runs: number;
    /** Id of one of them. */
    readonly first: string;
  })[];
  readonly writes: readonly WriteReport[];
}

/** What would be written to one place. */
export interface WriteReport {
  readonly kind: RehearsedWrite["kind"];
  readonly name: string;
  /** Keys of a bucket, each once; else how many. */
  readonly count: number;
  /** One of the keys of a bucket. */
  readonly first?: string;
}

/** Failures that are named. */
const SHOWN = 20;

/**
 * Sums up what was recorded.
 *
 * @param found how many there were
 */
export function workReport(
  { kind, name }: WorkName,
  found: number,
  recordings: readonly Recording[],
): WorkReport {
  const outcomes = recordings.map(({ id, outcome }) => ({ id, ...outcome }));
  const failed = outcomes.flatMap((one) =>
    one.kind === "failed" ? [{ id: one.id, error: one.error }] : []
  );
  const unknown = outcomes.flatMap((one) => one.kind === "unknown" ? [one] : []);
  return {
    kind,
    name,
    found,
    run: recordings.length,
    done: outcomes.filter(({ kind }) => kind === "done").length,
    failed: failed.length,
    firstFailed: failed.slice(0, SHOWN),
    later: outcomes.filter(({ kind }) => kind === "later").length,
    unknown: grouped(unknown, ({ at, name }) => `${at} ${name}`)
      .map(([{ at, name, id: first }, { length }]) => ({ at, name, runs: length, first }))
      .sort((a, b) => b.runs - a.runs),
    writes: grouped(
      recordings.flatMap(({ writes }) => writes),
      ({ kind, name }) => `${kind} ${name}`,
    )
      .map(([first, writes]) => writeReport(first, writes)),
  };
}

function writeReport(first: RehearsedWrite, writes: readonly RehearsedWrite[]): WriteReport {
  const { kind, name } = first;
  if (first.kind !== "kv") return { kind, name, count: writes.length };
  const keys = new Set(writes.flatMap((write) => write.kind === "kv" ? [write.key] : []));
  return { kind, name, count: keys.size, first: first.key };
}

/** The first of each group, and all of it, in the order in which they came. */
function grouped<T>(all: readonly T[], key: (one: T) => string): readonly [T, readonly T[]][] {
  return [...Map.groupBy(all, key).values()].map((group) => [group[0]!, group]);
}
