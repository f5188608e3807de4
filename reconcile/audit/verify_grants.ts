import { holderText } from "../access/holder.ts";
import { grantChain, type Holding, holdingHash } from "../access/holding.ts";
import { type HeldText, KEPT_CHANGES } from "../access/holding_store.ts";
import { readHolding } from "../access/read_holding.ts";
import type { Trust } from "../records/trusted_keys.ts";
import { verifyChain } from "../verify/verify_chain.ts";
import type { ChainReport, Find, Finding } from "../verify/verify_report.ts";

/** What checking the grants of one holder found. */
export interface GrantReport extends ChainReport {
  /** As `user:ada`. */
  readonly holder: string;
}

/** Checks all that was granted: each change is signed by whoever made it. */
export function verifyGrants(held: readonly HeldText[], trust: Trust): readonly GrantReport[] {
  return [...Map.groupBy(held, ({ key }) => key)]
    .map(([key, texts]) => verifyHolder(key.replace(".", ":"), texts, trust))
    .sort((a, b) => a.holder < b.holder ? -1 : 1);
}

function verifyHolder(
  holder: string,
  texts: readonly HeldText[],
  { trusted, heads = {} }: Trust,
): GrantReport {
  const findings: Finding[] = [];
  const find: Find = (code, where, message) => findings.push({ code, where, message });
  const holdings = texts.map(({ text }): Partial<Holding> => readHolding(text ?? "") ?? {});
  const chain = grantChain(holder);
  // Those of earlier versions are no links yet.
  const from = holdings.findIndex(({ seq }) => seq !== undefined);
  const older = (from < 0 ? holdings : holdings.slice(0, from)).filter(isWhole);
  const links = from < 0 ? holdings.slice(older.length) : holdings.slice(from);
  const last = older.at(-1);
  const before = last && holdingHash(last);
  if (before !== undefined && trusted !== undefined && before !== heads[chain]) {
    find("signature.missing", "grant", "nobody has signed what was granted: anybody may have");
  }
  const seq = links[0]?.seq ?? 1;
  // Only as many as are kept push out the first ones.
  if (seq > 1 && texts.length < KEPT_CHANGES) {
    find("chain.broken", "change 1", "the changes before the first one here were removed");
  }
  const first = before === undefined ? seq === 1 ? { seq, previous: "" } : { seq } : {
    seq: 1,
    previous: before,
  };
  const verified = verifyChain(
    links,
    {
      chain,
      noun: "change",
      changed: "entry.changed",
      trusted,
      unsignedThrough: undefined,
      at: ({ change }) => change?.at ?? "",
    },
    find,
    first,
  );
  const hashes = [...older.map(holdingHash), ...verified.hashes];
  const foreign = holdings.some((one) => isWhole(one) && holderText(one.holder) !== holder);
  if (foreign) find("entry.changed", "grant", "it is somebody else's");
  return { holder, ...verified, hashes, findings, notes: [] };
}

function isWhole(holding: Partial<Holding>): holding is Holding {
  return holding.format !== undefined;
}
