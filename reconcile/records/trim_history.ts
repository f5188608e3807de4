import type { AuthorityRecord, Decision } from "./authority_record.ts";

/** Decisions that a record may hold before older ones are moved out of it. */
const MOST_IN_RECORD = 128;
/** Decisions that stay. */
const KEPT_IN_RECORD = 64;

/** A decision and its place in the whole history, from 1. */
export interface PlacedDecision {
  readonly seq: number;
  readonly decision: Decision;
}

/**
 * Splits a record whose history has grown long: what is moved out is written elsewhere first, then
 * the record that is left. Only decisions that many others follow are moved, so that each of them
 * has been stored in the record before. A record therefore never grows beyond what NATS takes.
 */
export function trimHistory(
  record: AuthorityRecord,
): { readonly record: AuthorityRecord; readonly moved: readonly PlacedDecision[] } {
  const { history, archived = 0 } = record;
  if (history.length <= MOST_IN_RECORD) return { record, moved: [] };
  const count = history.length - KEPT_IN_RECORD;
  return {
    record: { ...record, archived: archived + count, history: history.slice(count) },
    moved: history.slice(0, count).map((decision, i) => ({ seq: archived + i + 1, decision })),
  };
}
