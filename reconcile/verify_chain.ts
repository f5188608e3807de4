import { decisionHash, isChained, previousOfFirst } from "./history_chain.ts";
import type { Decision } from "./record.ts";
import type { Find } from "./verify_report.ts";

/** Checks that each decision is unchanged and follows the one before it; answers how many are older. */
export function verifyChain(history: readonly Decision[], find: Find): number {
  const first = history.findIndex(hasChainMembers);
  const unchained = first < 0 ? history.length : first;
  for (const [index, decision] of history.entries()) {
    if (index < unchained) continue;
    const where = `decision ${index + 1}`;
    if (!isChained(decision)) {
      find("chain.broken", where, "it is not part of the chain, though decisions before it are");
      continue;
    }
    const previous = index === unchained
      ? previousOfFirst(history.slice(0, unchained))
      : history[index - 1]?.hash;
    if (decision.seq !== index + 1) {
      find("chain.broken", where, `it says of itself that it is decision ${decision.seq}`);
    }
    if (decision.previous !== previous) {
      find("chain.broken", where, "it does not follow the decision before it");
    }
    if (decision.hash !== decisionHash(decision)) {
      find("decision.changed", where, "it was changed after it was made");
    }
  }
  return unchained;
}

function hasChainMembers({ seq, previous, hash }: Decision): boolean {
  return seq !== undefined || previous !== undefined || hash !== undefined;
}
