import { canonicalJson } from "../contracts/canonical_json.ts";
import { digestJson } from "../contracts/digest.ts";
import { diffNeeds } from "./diff.ts";
import { planDigest } from "./history_chain.ts";
import type { AuthorityRecord, Decision, Plan } from "./record.ts";
import { parseResourceKey } from "./resource_kind.ts";
import { replay, type Replayed, UNKNOWN_DIGEST } from "./replay.ts";
import { verifyChain } from "./verify_chain.ts";
import type { Find, Finding } from "./verify_report.ts";
import { resourceOf } from "./retire.ts";

/** What checking a record found. */
export interface VerifiedRecord {
  readonly version: number;
  readonly unchained: number;
  readonly findings: readonly Finding[];
  /** Plans that nothing refers to: whoever wrote them died, or lost a race. */
  readonly loose: readonly string[];
}

/**
 * Checks a record against its history: the chain is unbroken, each plan is as it was when it was
 * decided, and what is desired, pending and retired is what the decisions lead to.
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
  const find: Find = (code, where, message) => findings.push({ code, where, message });
  const history = [...archived, ...record.history];
  if ((record.archived ?? 0) !== archived.length) {
    const count = record.archived ?? 0;
    find(
      "archive.missing",
      "record",
      `${count} older decisions, of which ${archived.length} are there`,
    );
  }
  const unchained = verifyChain(history, find);
  const replayed = replay(history, plans, find);
  verifyDesired(record, replayed, find);
  verifyPending(record, plans, replayed, find);
  verifyRetired(record, replayed, find);
  verifyMaterialized(record, find);
  const known = new Set([...replayed.decided, record.pending?.planId]);
  const loose = [...plans.keys()].filter((id) => !known.has(id)).sort();
  return { version: replayed.version, unchained, findings, loose };
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
  const hadUnknown = expected.digests.includes(UNKNOWN_DIGEST);
  for (const member of ["digests", "adopts", "rollbackTo"] as const) {
    if (member === "digests" && hadUnknown) continue;
    if (!same(desired[member], expected[member])) {
      differs(`its ${member} is not what was accepted`);
    }
  }
  const { needsDigest } = replayed;
  const isPinned = needsDigest === undefined
    ? same(desired.needs, expected.needs) || hadUnknown
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
  if (pending.planDigest !== undefined && pending.planDigest !== planDigest(plan)) {
    find("plan.changed", `plan ${planId}`, "it is pending, and not as it was made");
  }
  const differs = (message: string) => find("pending.differs", "record", message);
  if (decided.has(planId)) differs(`plan ${planId} is pending, and was decided`);
  if (plan.needs.digest !== digest) differs(`plan ${planId} is not of the contract that asks`);
  if (plan.baseVersion !== version) {
    differs(`plan ${planId} was made for version ${plan.baseVersion}, and not for ${version}`);
  }
}

function verifyRetired(
  record: AuthorityRecord,
  { accepted, complete }: Replayed,
  find: Find,
): void {
  if (!complete) return;
  const differs = (message: string) => find("retired.differs", "record", message);
  for (const retired of record.retired) {
    const { kind, alias, deletedBy } = retired;
    const resource = resourceOf(retired);
    if (!accepted.some(({ plan }) => Object.hasOwn(plan.needs.resources[kind], alias))) {
      differs(`${resource} is retired, and was never accepted`);
    }
    if (deletedBy === undefined) continue;
    const asked = accepted.some(({ decision }) =>
      decision.planId === deletedBy && decision.deleteData?.includes(resource)
    );
    if (!asked) differs(`nobody decided to delete the data of ${resource}`);
  }
  for (const [index, { decision }] of accepted.entries()) {
    for (const [resource, name] of Object.entries(decision.retired ?? {})) {
      const kind = parseResourceKey(resource)?.kind;
      if (record.retired.some((one) => one.kind === kind && one.name === name)) continue;
      const since = accepted.slice(index);
      const deleted = since.some((one) => one.decision.deleteData?.includes(resource));
      if (!deleted && !since.some(({ plan }) => isWanted(plan, resource))) {
        differs(
          `${resource} was retired, and the record does not know its bucket ${name} any more`,
        );
      }
    }
  }
}

/** Whether a plan asks for a resource again, under its alias or a new one. */
function isWanted({ needs: { resources } }: Plan, resource: string): boolean {
  const key = parseResourceKey(resource);
  if (key === undefined) return false;
  const { kind, alias } = key;
  const wanted = resources[kind];
  return Object.hasOwn(wanted, alias) ||
    Object.values(wanted).some(({ renamedFrom }) => renamedFrom === alias);
}

function verifyMaterialized({ materialized, desired, deployment }: AuthorityRecord, find: Find) {
  if (materialized === undefined) return;
  const { version, bindings } = materialized;
  if (version > (desired?.version ?? 0)) {
    find("bindings.differ", "record", `version ${version} is in force, and was never accepted`);
  }
  if (bindings.version !== version || bindings.deployment !== deployment) {
    find("bindings.differ", "record", "its bindings are not those of the version in force");
  }
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));
}
