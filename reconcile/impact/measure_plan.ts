import { ok } from "../../contracts/result.ts";
import type { Change } from "../changes/change.ts";
import { plannedDeletions } from "../decisions/desired_state.ts";
import { ancestryOf } from "../records/ancestry.ts";
import { boundBuckets } from "../records/known_buckets.ts";
import { usedContracts } from "../consumers/used_contracts.ts";
import type { AuthorityStore } from "../records/record_store.ts";
import { concernsEvents, groupsConsuming } from "./event_target.ts";
import { groupTarget } from "./group_target.ts";
import { makesProjection, projectionTarget } from "./projection_target.ts";
import { isUnfounded, type MeasuredChanges, measureImpact } from "./measure_impact.ts";
import { type QueueTarget, queueTarget } from "./queue_target.ts";
import { transferTarget } from "./transfer_target.ts";
import type { Needs } from "../needs/need_types.ts";
import { type BucketScanner, type ScanOptions, scanTarget } from "./bucket_scanner.ts";
import type { AuthorityRecord, Plan } from "../records/authority_record.ts";
import { parseResourceKey } from "../resources/kinds.ts";

/** How a plan is measured. */
export interface MeasuringPorts {
  /** Without it nothing is. */
  readonly scanner?: BucketScanner;
  readonly store: Pick<AuthorityStore, "load" | "loadAll">;
}

/**
 * The changes of a plan with what they mean for the data that is there now. Of safe changes only those
 * are measured that have entries migrated or values made again.
 */
export async function measurePlan(
  plan: Plan,
  record: AuthorityRecord,
  { scanner, store }: MeasuringPorts,
  options: ScanOptions = {},
): Promise<MeasuredChanges> {
  const changes = plan.changes.map(({ impact: _before, ...change }) => change);
  if (scanner === undefined) return { changes: plan.changes, problems: [] };
  const before = record.desired?.needs;
  const bucketOf = (resource: string) => bucketOfPlan(plan, record, resource);
  const { needs } = plan;
  const all = changes.some(concernsEvents) ? await store.loadAll() : undefined;
  const records = all?.isOk() ? all.value.found.map(({ value }) => value) : [];
  const groupsOf = groupsConsuming(needs.contract, records);
  const request = { changes, before, needs, bucketOf, groupsOf, scanner, options };
  const measured = await measureImpact(request);
  const problems = [...measured.problems];
  if (all?.isErr()) problems.push(`who consumes events is not known: ${all.error.message}`);
  const counted: Change[] = [];
  const used = measured.changes.some(makesProjection) ? await usedContracts(needs, store) : ok({});
  if (used.isErr()) {
    problems.push(`what projections are made of is not known: ${used.error.message}`);
  }
  const queues = onceForEach((target: QueueTarget) => scanner.scanQueue(target, options));
  for (const change of measured.changes) {
    const group = groupTarget(change, record);
    if (group !== undefined) {
      const scanned = await scanner.scanGroup(group);
      if (scanned.isErr()) {
        problems.push(`what waits for ${group.alias} is not known: ${scanned.error.message}`);
      }
      const impact = scanned.isOk() ? scanned.value : undefined;
      counted.push(impact === undefined ? change : { ...change, impact });
      continue;
    }
    const queue = queueTarget(change, record, needs);
    if (queue !== undefined) {
      const scanned = await queues(queue);
      if (scanned.isErr()) {
        problems.push(`what is in ${queue.alias} is not known: ${scanned.error.message}`);
      }
      const impact = scanned.isOk() ? scanned.value : undefined;
      if (impact === undefined) counted.push(change);
      else if (!isUnfounded(change, impact)) counted.push({ ...change, impact });
      continue;
    }
    const transfer = transferTarget(change, record);
    if (transfer !== undefined) {
      const scanned = await scanner.scanTransfer(transfer);
      if (scanned.isErr()) {
        problems.push(
          `what is on its way to ${transfer.alias} is not known: ${scanned.error.message}`,
        );
      }
      const impact = scanned.isOk() ? scanned.value : undefined;
      counted.push(impact === undefined ? change : { ...change, impact });
      continue;
    }
    const projection = used.isOk()
      ? projectionTarget(change, record, needs, used.value)
      : undefined;
    if (projection !== undefined) {
      const scanned = await scanner.scanProjection(projection, options);
      if (scanned.isErr()) {
        problems.push(
          `what making ${projection.alias} takes is not known: ${scanned.error.message}`,
        );
      }
      counted.push(scanned.isOk() ? { ...change, impact: scanned.value } : change);
      continue;
    }
    const [deletion] = plannedDeletions({ changes: [change] });
    const retired = record.retired.find(({ kind, alias, name }) =>
      kind === deletion?.kind && alias === deletion.alias && name === (deletion.name ?? name)
    );
    if (retired === undefined) {
      counted.push(change);
      continue;
    }
    const { kind, name } = retired;
    const scanned = await scanTarget(scanner, { kind, name }, [{ kind: "all" }], options);
    if (scanned.isErr()) {
      problems.push(`${name} could not be looked at: ${scanned.error.message}`);
    }
    const impact = scanned.isOk() ? scanned.value[0] : undefined;
    counted.push(
      impact === undefined ? change : { ...change, impact: { ...impact, effect: "dropped" } },
    );
  }
  return { changes: counted, problems };
}

/** Many changes of one queue ask the same. */
function onceForEach<T, R>(ask: (target: T) => R): (target: T) => R {
  const answers = new Map<string, R>();
  return (target) => {
    const key = JSON.stringify(target);
    const answer = answers.get(key) ?? ask(target);
    answers.set(key, answer);
    return answer;
  };
}

/** The bucket that a resource has, takes over, gets from the alias that it had before, or left. */
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
  const before = record.desired?.needs;
  const isAsked = (needs: Needs | undefined) => Object.hasOwn(needs?.resources[kind] ?? {}, alias);
  if (!isAsked(needs) && !isAsked(before)) {
    // It went earlier, and what was kept of it is at stake.
    return record.retired.findLast((bucket) =>
      bucket.kind === kind && bucket.alias === alias && bucket.deletedBy === undefined
    )?.name;
  }
  if (!Object.hasOwn(wanted, alias) && before !== undefined) {
    // What goes may have been renamed by a version that no reconcile has seen.
    const { origin } = ancestryOf(kind, alias, [before], bound);
    return origin === undefined ? undefined : bound.get(origin)?.name;
  }
  const former = Object.hasOwn(wanted, alias) ? wanted[alias]?.renamedFrom : undefined;
  return (bound.get(alias) ?? (former === undefined ? undefined : bound.get(former)))?.name;
}
