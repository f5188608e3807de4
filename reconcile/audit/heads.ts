import { holderText } from "../access/holder.ts";
import { grantChain, type Holding, holdingHash } from "../access/holding.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";
import { decisionChain } from "../records/history_chain.ts";
import type { Heads } from "../records/trusted_keys.ts";

/**
 * Where the histories of deployments and grants stand that are older than all signatures. None is once
 * anything is signed: a log that is missing then was lost, and a new one must not vouch for what came since.
 */
export function headsOf(records: readonly AuthorityRecord[], holdings: readonly Holding[]): Heads {
  const entries = [...records.flatMap(({ history }) => history), ...holdings];
  if (entries.some(({ signature }) => signature !== undefined)) return {};
  const heads: Record<string, string> = {};
  for (const { deployment, history } of records) {
    const hash = history.at(-1)?.hash;
    if (hash !== undefined) heads[decisionChain(deployment)] = hash;
  }
  for (const holding of holdings) {
    heads[grantChain(holderText(holding.holder))] = holdingHash(holding);
  }
  return heads;
}
