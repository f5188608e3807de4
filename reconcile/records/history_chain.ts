/** The history of a deployment as a chain of decisions. */
import { digestJson } from "../../contracts/json/digest.ts";
import type { AuthorityRecord, Decision } from "./authority_record.ts";
import { chained, type Link, type Signer } from "./chain.ts";

/** A decision before it has its place in the history. */
export type DecisionDraft = Omit<Decision, "inForce" | keyof Link>;

/** The name of the chain of a deployment's decisions. */
export function decisionChain(deployment: string): string {
  return `decisions ${deployment}`;
}

/** What the record of a deployment is signed as. */
export function recordContext(deployment: string): string {
  return `record ${deployment}`;
}

/**
 * The record with one more decision at the end of its history. It says what else stands in the record
 * and could be changed there without it: the version in force, and first of all who decides.
 *
 * @param signer whoever decides; missing where nobody has a key
 */
export function appendDecision(
  record: AuthorityRecord,
  draft: DecisionDraft,
  signer?: Signer,
): AuthorityRecord {
  const { history, archived = 0, mode, modeBy, materialized } = record;
  const place = {
    seq: archived + history.length + 1,
    previous: history.at(-1)?.hash ?? "",
  };
  const decision = {
    ...draft,
    ...(place.seq === 1 ? { mode, modeBy } : {}),
    ...(materialized === undefined ? {} : { inForce: materialized.version }),
  };
  const link = chained(decision, place, decisionChain(record.deployment), signer);
  return { ...record, history: [...history, link] };
}

/** Digest of a plan as it is written: decisions refer to it. */
export function planDigest(plan: object): string {
  return digestJson(plan);
}
