import { decidedToDelete } from "../records/retired_resource.ts";
import { parseResourceKey, resourceOf } from "../resources/kinds.ts";
import type { AuthorityRecord, Plan, RetiredBucket } from "../records/authority_record.ts";
import type { Accepted, Replayed } from "./replay.ts";
import type { Find, Note } from "./verify_report.ts";

/** Checks that what is retired, and what of it is to be deleted, is what was decided. */
export function verifyRetired(
  record: AuthorityRecord,
  { accepted, complete }: Replayed,
  find: Find,
  note: Note,
): void {
  if (!complete) return;
  const differs = (message: string) => find("retired.differs", "record", message);
  for (const retired of record.retired) {
    const { kind, alias, name, deletedBy } = retired;
    const resource = resourceOf(retired);
    if (!accepted.some(({ plan }) => Object.hasOwn(plan.needs.resources[kind], alias))) {
      differs(`${resource} is retired, and was never accepted`);
    }
    const since = sinceRetired(retired, accepted);
    const isLetGo = since.length === 0 || since.some(({ plan }) => isWanted(plan, resource));
    if (!isAsDecided(retired, since)) {
      if (isLetGo) note(`no decision retired ${name}, the bucket of ${resource}: a reconcile did`);
      else differs(`${name}, the bucket of ${resource}, is not the one that was retired`);
    }
    if (record.retired.some((one) => one !== retired && one.kind === kind && one.name === name)) {
      differs(`${name}, the bucket of ${resource}, is retired twice`);
    }
    const deleted = accepted.filter(({ decision }) => decidedToDelete(decision, retired));
    if (deletedBy !== undefined && !deleted.some(({ plan }) => plan.id === deletedBy)) {
      differs(`nobody decided to delete the data of ${resource}`);
    }
    if (deletedBy === undefined && !isLetGo && since.some((one) => deleted.includes(one))) {
      differs(`it was decided to delete the data of ${resource}, and the record keeps it`);
    }
  }
  verifyForgotten(record, accepted, differs);
}

/** What was retired is remembered until it is deleted or asked for again. */
function verifyForgotten(
  record: AuthorityRecord,
  accepted: readonly Accepted[],
  differs: (message: string) => void,
): void {
  for (const [index, { decision }] of accepted.entries()) {
    for (const [resource, name] of Object.entries(decision.retired ?? {})) {
      const key = parseResourceKey(resource);
      if (record.retired.some((one) => one.kind === key?.kind && one.name === name)) continue;
      const since = accepted.slice(index);
      const isDeleted = key !== undefined &&
        since.some((one) => decidedToDelete(one.decision, { ...key, name }));
      if (isDeleted || since.some(({ plan }) => isWanted(plan, resource))) continue;
      differs(`${resource} was retired, and the record does not know its bucket ${name} any more`);
    }
  }
}

/** The last decision that retired a bucket, and all that were accepted after it. */
function sinceRetired(
  retired: RetiredBucket,
  accepted: readonly Accepted[],
): readonly Accepted[] {
  const resource = resourceOf(retired);
  const index = accepted.findLastIndex(({ decision }) =>
    decision.retired?.[resource] === retired.name
  );
  return index < 0 ? [] : accepted.slice(index);
}

function isAsDecided(retired: RetiredBucket, [first]: readonly Accepted[]): boolean {
  if (first === undefined) return false;
  const { at, retiredCreated = {} } = first.decision;
  return retired.at === at && retired.created === retiredCreated[resourceOf(retired)];
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
