import { canonicalJson } from "../../contracts/json/canonical_json.ts";
import { digestJson } from "../../contracts/json/digest.ts";
import { diffNeeds } from "../diff/diff_needs.ts";
import { planDigest } from "../records/history_chain.ts";
import type { AuthorityRecord, Decision, Plan } from "../records/authority_record.ts";
import { replay, type Replayed } from "./replay.ts";
import { verifyChain } from "./verify_chain.ts";
import { verifyUnreferencedPlans } from "./verify_unreferenced_plans.ts";
import { verifyMaterialized } from "./verify_materialized.ts";
import type { Find, Finding, Note } from "./verify_report.ts";
import { verifyRetired } from "./verify_retired.ts";

/** What checking a record found. */
export interface VerifiedRecord {
  readonly replayed: Replayed;
  readonly findings: readonly Finding[];
  /** What cannot be known from what is stored. */
  readonly notes: readonly string[];
}

/**
 * Checks a record against its history: the chain is unbroken, each plan is as it was when it was
 * decided, and who decides, what is desired, pending, retired and bound is what the decisions lead to.
 *
 * @param plans by id
 * @param archived the decisions before those in the record, oldest first
 */
export function verifyRecord(
  record: AuthorityRecord,
  plans: ReadonlyMap<string, Plan>,
  archived: readonly Decision[] = [],
): VerifiedRecord {
  const findings: Finding[] = [];
  const notes: string[] = [];
  const find: Find = (code, where, message) => findings.push({ code, where, message });
  const note: Note = (message) => notes.push(message);
  const history = [...archived, ...record.history];
  if ((record.archived ?? 0) !== archived.length) {
    const count = record.archived ?? 0;
    find(
      "archive.missing",
      "record",
      `${count} older decisions, of which ${archived.length} are there`,
    );
  }
  verifyChain(history, find);
  const replayed = replay(history, plans, find);
  verifyMode(record, replayed, history.length, find, note);
  verifyDesired(record, replayed, find);
  verifyPending(record, plans, replayed, find);
  verifyRetired(record, replayed, find, note);
  verifyMaterialized(record, replayed, find, note);
  verifyUnreferencedPlans(record, plans, replayed, find, note);
  return { replayed, findings, notes };
}

function verifyMode(
  { mode, modeBy }: AuthorityRecord,
  { mode: last }: Replayed,
  decisions: number,
  find: Find,
  note: Note,
): void {
  if (decisions === 0) {
    return note(`nothing was decided yet, so no decision vouches for ${mode} authority`);
  }
  if (last?.mode === mode && last.by === modeBy) return;
  const was = last === undefined ? "its history does not say" : `${last.mode}, set by ${last.by}`;
  find("mode.differs", "record", `it says ${mode}, set by ${modeBy}; by its history: ${was}`);
}

function verifyDesired({ desired }: AuthorityRecord, replayed: Replayed, find: Find): void {
  const differs = (message: string) => find("desired.differs", "record", message);
  if ((desired?.version ?? 0) !== replayed.version) {
    const was = replayed.version === 0 ? "nothing was accepted" : `it leads to ${replayed.version}`;
    return differs(`version ${desired?.version ?? 0} is desired; by its history ${was}`);
  }
  const expected = replayed.desired;
  if (desired === undefined || expected === undefined) return;
  if (desired.planId !== expected.planId) differs(`plan ${desired.planId} was not accepted last`);
  for (const member of ["digests", "adopts", "rollbackTo"] as const) {
    if (!same(desired[member], expected[member])) {
      differs(`its ${member} is not what was accepted`);
    }
  }
  const { needsDigest } = replayed;
  const isPinned = needsDigest === undefined
    ? same(desired.needs, expected.needs)
    : digestJson(desired.needs) === needsDigest;
  // Other words for the same needs may stand there, and nothing that a person would have to accept.
  if (!isPinned || diffNeeds(expected.needs, desired.needs).length > 0) {
    differs("its needs are not those that were accepted");
  }
}

function verifyPending(
  { pending }: AuthorityRecord,
  plans: ReadonlyMap<string, Plan>,
  { version, decided }: Replayed,
  find: Find,
): void {
  if (pending === undefined) return;
  const { planId, digest } = pending;
  const plan = plans.get(planId);
  if (plan === undefined) return find("plan.missing", `plan ${planId}`, "it is pending, and gone");
  if (pending.planDigest !== planDigest(plan)) {
    find("plan.changed", `plan ${planId}`, "it is pending, and not as it was made");
  }
  const differs = (message: string) => find("pending.differs", "record", message);
  if (decided.has(planId)) differs(`plan ${planId} is pending, and was decided`);
  if (plan.needs.digest !== digest) differs(`plan ${planId} is not of the contract that asks`);
  if (plan.baseVersion !== version) {
    differs(`plan ${planId} was made for version ${plan.baseVersion}, and not for ${version}`);
  }
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));
}
