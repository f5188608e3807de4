import type { AuthorityRecord, Plan } from "../records/authority_record.ts";
import type { Replayed } from "./replay.ts";
import type { Find, Note } from "./verify_report.ts";

/**
 * Checks plans that nothing refers to. A process that was ended before it could ask leaves one. Several
 * between the same two others, or one for a version that never was, are what remains when decisions
 * were taken away.
 */
export function verifyUnreferencedPlans(
  { pending }: AuthorityRecord,
  plans: ReadonlyMap<string, Plan>,
  { decided, version }: Replayed,
  find: Find,
  note: Note,
): void {
  const known = new Set([...decided, ...pending === undefined ? [] : [pending.planId]]);
  let together: Plan[] = [];
  const close = () => {
    for (const { id, baseVersion } of together) {
      if (baseVersion > version) {
        const message =
          `it was made for version ${baseVersion}, and the history ends at ${version}`;
        find("plan.orphaned", `plan ${id}`, message);
      } else if (together.length > 1) {
        const message = `no decision is about it, nor about ${together.length - 1} beside it: ` +
          "an ended process leaves one, a history that was taken away leaves all";
        find("plan.orphaned", `plan ${id}`, message);
      } else {
        note(
          `no decision is about plan ${id}: a process was ended before it could ask, ` +
            "or the decision was taken away, which only a head kept elsewhere can tell",
        );
      }
    }
    together = [];
  };
  // Identifiers of plans sort by the time at which they were made.
  for (const id of [...new Set([...known, ...plans.keys()])].sort()) {
    const plan = plans.get(id);
    if (known.has(id)) close();
    else if (plan !== undefined) together.push(plan);
  }
  close();
}
