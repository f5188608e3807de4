import { canonicalJson } from "../../contracts/json/canonical_json.ts";
import { digestJson } from "../../contracts/json/digest.ts";
import { diffNeeds } from "../diff/diff_needs.ts";
import { planDigest } from "../records/history_chain.ts";
import type { AuthorityRecord, Plan } from "../records/authority_record.ts";
import type { Replayed } from "./replay.ts";
import type { Find, Note } from "./verify_report.ts";

/** Checks that who decides, what is desired, waits and is in force is what the decisions lead to. */
export function verifyState(
  record: AuthorityRecord,
  plans: ReadonlyMap<string, Plan>,
  replayed: Replayed,
  find: Find,
  note: Note,
): void {
  verifyMode(record, replayed, find, note);
  verifyDesired(record, replayed, find);
  verifyMaterialized(record, replayed, find, note);
  verifyPending(record, plans, replayed, find);
  verifyUndecided(record, plans, replayed, find, note);
}

function verifyMode(
  { mode, modeBy }: AuthorityRecord,
  { mode: last }: Replayed,
  find: Find,
  note: Note,
): void {
  if (last === undefined) {
    note(`nothing was decided yet, so no decision vouches for ${mode} authority`);
  } else if (last.mode !== mode || last.by !== modeBy) {
    const message = `it says ${mode}, set by ${modeBy}; by its history: ${last.mode}, set by `;
    find("mode.differs", "record", message + last.by);
  }
}

function verifyDesired({ desired }: AuthorityRecord, replayed: Replayed, find: Find): void {
  const differs = (message: string) => find("desired.differs", "record", message);
  const { version, desired: expected, needsDigest } = replayed;
  if ((desired?.version ?? 0) !== version) {
    const was = version === 0 ? "nothing was accepted" : `it leads to ${version}`;
    return differs(`version ${desired?.version ?? 0} is desired; by its history ${was}`);
  }
  if (desired === undefined || expected === undefined) return;
  for (const member of ["planId", "digests", "adopts", "rollbackTo"] as const) {
    if (!same(desired[member], expected[member])) {
      differs(`its ${member} is not what was accepted`);
    }
  }
  const isPinned = needsDigest === undefined
    ? same(desired.needs, expected.needs)
    : digestJson(desired.needs) === needsDigest;
  // Other words for the same needs may stand there, and nothing that a person would have to accept.
  if (!isPinned || diffNeeds(expected.needs, desired.needs).length > 0) {
    differs("its needs are not those that were accepted");
  }
}

/** What a reconcile left is vouched for by the signature of the record alone. */
function verifyMaterialized(
  { materialized, deployment }: AuthorityRecord,
  { version: accepted, inForce }: Replayed,
  find: Find,
  note: Note,
): void {
  const differs = (message: string) => find("materialized.differs", "record", message);
  if (materialized === undefined) {
    if (inForce > 0) differs(`version ${inForce} was in force, and nothing tells of it`);
    else if (accepted > 0) note("what was accepted was not reconciled yet");
    return;
  }
  const { version, bindings } = materialized;
  if (version > accepted) differs(`version ${version} is in force, and was never accepted`);
  if (version < inForce) {
    differs(`version ${version} is in force, and a decision saw version ${inForce} in force`);
  }
  if (bindings.version !== version || bindings.deployment !== deployment) {
    differs("its bindings are not those of the version in force");
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
  if (decided.has(planId) || plan.needs.digest !== digest || plan.baseVersion !== version) {
    find("pending.differs", "record", `plan ${planId} cannot be what waits for a decision`);
  }
}

/**
 * Plans that nothing refers to. A process that was ended before it could ask leaves one. Several between
 * the same two others, or one for a version that never was, remain when decisions were taken away.
 */
function verifyUndecided(
  { pending }: AuthorityRecord,
  plans: ReadonlyMap<string, Plan>,
  { decided, version }: Replayed,
  find: Find,
  note: Note,
): void {
  const isKnown = (id: string) => decided.has(id) || pending?.planId === id;
  // Identifiers of plans sort by the time at which they were made.
  const all = [...new Set([...decided, ...plans.keys()])].sort();
  for (const [index, id] of all.entries()) {
    const plan = plans.get(id);
    if (isKnown(id) || plan === undefined) continue;
    const others = [all[index - 1], all[index + 1]];
    const isAlone = others.every((other) => other === undefined || isKnown(other));
    const gone = "the decisions about it were taken away";
    if (plan.baseVersion > version) {
      const made =
        `it was made for version ${plan.baseVersion}, and the history ends at ${version}`;
      find("plan.orphaned", `plan ${id}`, `${made}: ${gone}`);
    } else if (!isAlone) {
      find(
        "plan.orphaned",
        `plan ${id}`,
        `no decision is about it, nor about one beside it: ${gone}`,
      );
    } else {
      note(
        `no decision is about plan ${id}: a process was ended before it could ask, or the decision ` +
          "was taken away, which only a head kept elsewhere can tell",
      );
    }
  }
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));
}
