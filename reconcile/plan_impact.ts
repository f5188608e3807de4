import type { Change } from "./change.ts";
import { deletedResources } from "./desired_state.ts";
import { boundBuckets, kvResource } from "./known_buckets.ts";
import { type MeasuredChanges, measureImpact } from "./measure_impact.ts";
import type { BucketScanner, ScanOptions } from "./ports.ts";
import type { AuthorityRecord, Plan } from "./record.ts";

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
    const bucket = deletes === undefined ? undefined : retiredBucket(record, deletes);
    if (bucket === undefined) {
      all.push(change);
      continue;
    }
    const scanned = await scanner.scan(bucket, [{ kind: "all" }], options);
    if (scanned.isErr()) {
      problems.push(`${bucket} could not be looked at: ${scanned.error.message}`);
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
  const bound = boundBuckets(record);
  const buckets = new Map([...bound.values()].map(({ alias, name }) => [kvResource(alias), name]));
  const alias = resource.slice("kv/".length);
  const former = Object.hasOwn(needs.resources.kv, alias)
    ? needs.resources.kv[alias]?.renamedFrom
    : undefined;
  return buckets.get(resource) ??
    (former === undefined ? undefined : buckets.get(kvResource(former)));
}

function retiredBucket(record: AuthorityRecord, resource: string): string | undefined {
  return record.retired.find(({ kind, alias }) => kind === "kv" && `kv/${alias}` === resource)
    ?.name;
}
