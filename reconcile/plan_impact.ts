import type { Change } from "./change.ts";
import { deletedResources } from "./desired_state.ts";
import { boundBuckets } from "./known_buckets.ts";
import { type MeasuredChanges, measureImpact, scanKind } from "./measure_impact.ts";
import type { BucketScanner, ScanOptions } from "./ports.ts";
import type { AuthorityRecord, Plan, RetiredResource } from "./record.ts";
import { parseResourceKey, resourceKey } from "./resource_kind.ts";

/**
 * The changes of a plan with what they mean for the data that is there now. Safe plans are not
 * measured: nothing can happen to data.
 */
export async function measurePlan(
  plan: Plan,
  record: AuthorityRecord,
  scanner: BucketScanner | undefined,
  options: ScanOptions = {},
): Promise<MeasuredChanges> {
  const changes = plan.changes.map(({ impact: _before, ...change }) => change);
  if (plan.kind === "update" || scanner === undefined) {
    return { changes: plan.changes, problems: [] };
  }
  const bucketOf = (resource: string) => bucketOfPlan(plan, record, resource);
  const measured = await measureImpact({ changes, needs: plan.needs, bucketOf, scanner, options });
  const problems = [...measured.problems];
  const all: Change[] = [];
  for (const change of measured.changes) {
    const deletes = deletedResources({ changes: [change] })[0];
    const retired = deletes === undefined ? undefined : retiredBucket(record, deletes);
    if (retired === undefined) {
      all.push(change);
      continue;
    }
    const { kind, name } = retired;
    const scanned = await scanKind(scanner, kind, name, [{ kind: "all" }], options);
    if (scanned.isErr()) {
      problems.push(`${name} could not be looked at: ${scanned.error.message}`);
    }
    const impact = scanned.isOk() ? scanned.value[0] : undefined;
    all.push(
      impact === undefined ? change : { ...change, impact: { ...impact, effect: "dropped" } },
    );
  }
  return { changes: all, problems };
}

/** The bucket that a resource has, takes over, or gets from the alias that it had before. */
function bucketOfPlan(
  { adopts = {}, needs }: Plan,
  record: AuthorityRecord,
  resource: string,
): string | undefined {
  if (Object.hasOwn(adopts, resource)) return adopts[resource]?.name;
  const key = parseResourceKey(resource);
  if (key === undefined) return undefined;
  const { kind, alias } = key;
  const bound = boundBuckets(kind, record);
  const wanted = needs.resources[kind];
  const former = Object.hasOwn(wanted, alias) ? wanted[alias]?.renamedFrom : undefined;
  return (bound.get(alias) ?? (former === undefined ? undefined : bound.get(former)))?.name;
}

function retiredBucket(record: AuthorityRecord, resource: string): RetiredResource | undefined {
  return record.retired.find(({ kind, alias }) => resourceKey(kind, alias) === resource);
}
