import { decisionHash, isChained } from "../records/history_chain.ts";
import type { Decision } from "../records/authority_record.ts";
import type { Find } from "./verify_report.ts";

/** Checks that each decision is as it was made and follows the one before it, from the very first. */
export function verifyChain(history: readonly Decision[], find: Find): void {
  for (const [index, decision] of history.entries()) {
    const where = `decision ${index + 1}`;
    if (!isChained(decision)) {
      find("chain.broken", where, "it is not part of the chain: anybody may have written it");
      continue;
    }
    if (decision.seq !== index + 1) {
      find("chain.broken", where, `it says of itself that it is decision ${decision.seq}`);
    }
    if (decision.previous !== (index === 0 ? "" : history[index - 1]?.hash)) {
      find("chain.broken", where, "it does not follow the decision before it");
    }
    if (decision.hash !== decisionHash(decision)) {
      find("decision.changed", where, "it was changed after it was made");
    }
  }
}
