/**
 * The history of a deployment as a chain: each decision holds the hash of the one before it, so that
 * none can be changed, left out or put in without breaking all that follow. A chain cannot show that
 * the whole of it was written again; for that its last hash has to be kept elsewhere.
 *
 * @module
 */
import { digestJson } from "../../contracts/json/digest.ts";
import type { AuthorityRecord, Decision } from "./authority_record.ts";

/** A decision before it has its place in the history. */
export type DecisionDraft = Omit<Decision, "inForce" | "seq" | "previous" | "hash">;

/** A decision with all that chains it. */
export type ChainedDecision =
  & Decision
  & Required<Pick<Decision, "seq" | "previous" | "hash">>;

/**
 * The record with one more decision at the end of its history. It says what else stands in the record
 * and could be changed there without it: the version in force, and first of all who decides.
 */
export function appendDecision(record: AuthorityRecord, draft: DecisionDraft): AuthorityRecord {
  const { history, archived = 0, mode, modeBy, materialized } = record;
  const seq = archived + history.length + 1;
  const place: Decision = {
    ...draft,
    ...(seq === 1 ? { mode, modeBy } : {}),
    ...(materialized === undefined ? {} : { inForce: materialized.version }),
    seq,
    previous: history.at(-1)?.hash ?? "",
  };
  return { ...record, history: [...history, { ...place, hash: decisionHash(place) }] };
}

/** Digest of a decision, its own hash left out. */
export function decisionHash(decision: Decision): string {
  const { hash: _hash, ...rest } = decision;
  return digestJson(rest);
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
