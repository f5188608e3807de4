/**
 * The history of a deployment as a chain: each decision holds the hash of the one before it, so that
 * none can be changed, left out or put in without breaking all that follow. A chain cannot tell that
 * the whole of it was written anew; for that its last hash has to be kept elsewhere.
 *
 * @module
 */
import { digestJson } from "../contracts/digest.ts";
import type { AuthorityRecord, Decision } from "./record.ts";

/** A decision before it has its place in the history. */
export type DecisionDraft = Omit<Decision, "seq" | "previous" | "hash">;

/** A decision with all that chains it. */
export type ChainedDecision =
  & Decision
  & Required<Pick<Decision, "seq" | "previous" | "hash">>;

/** The record with one more decision at the end of its history. */
export function appendDecision(record: AuthorityRecord, draft: DecisionDraft): AuthorityRecord {
  const { history, archived = 0 } = record;
  const last = history.at(-1);
  const place: Decision = {
    ...draft,
    seq: archived + history.length + 1,
    previous: last?.hash ?? previousOfFirst(history),
  };
  return { ...record, history: [...history, { ...place, hash: decisionHash(place) }] };
}

/** Digest of a decision, its own hash left out. */
export function decisionHash(decision: Decision): string {
  const { hash: _hash, ...rest } = decision;
  return digestJson(rest);
}

/** What the first chained decision refers to: all the unchained ones before it, or nothing. */
export function previousOfFirst(unchained: readonly Decision[]): string {
  return unchained.length === 0 ? "" : digestJson(unchained);
}

/** True for a decision that is part of the chain. */
export function isChained(decision: Decision): decision is ChainedDecision {
  return decision.seq !== undefined && decision.previous !== undefined &&
    decision.hash !== undefined;
}

/** Digest of a plan as it is written: decisions refer to it. */
export function planDigest(plan: object): string {
  return digestJson(plan);
}
