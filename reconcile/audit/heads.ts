import { digestJson } from "../../contracts/json/digest.ts";
import { type Holder, holderText } from "../access/holder.ts";
import type { Holding } from "../access/holding.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";

/** The last hash of each history, by the name of its chain. */
export type Heads = Readonly<Record<string, string>>;

/** Where the histories of deployments and grants stand. */
export function headsOf(records: readonly AuthorityRecord[], holdings: readonly Holding[]): Heads {
  const heads: Record<string, string> = {};
  for (const { deployment, history } of records) {
    const hash = history.at(-1)?.hash;
    if (hash !== undefined) heads[decisionChain(deployment)] = hash;
  }
  for (const holding of holdings) heads[grantChain(holding.holder)] = digestJson(holding);
  return heads;
}

/** The name of the chain of a deployment's decisions. */
export function decisionChain(deployment: string): string {
  return `decisions ${deployment}`;
}

/** The name of the chain of what somebody was granted. */
export function grantChain(holder: Holder): string {
  return `grants ${holderText(holder)}`;
}
