import type { Change } from "../changes/change.ts";
import type { DiffContext } from "./diff_context.ts";
import { diffContract } from "./diff_contract.ts";
import { diffBuckets } from "./diff_buckets.ts";
import { diffDeclared } from "./diff_declared.ts";
import { makeChange, type Report } from "./diff_report.ts";
import { diffReused } from "./diff_reused.ts";
import { SchemaDiff } from "./diff_schema.ts";
import { diffState } from "./diff_state.ts";
import { diffSurfaces } from "./diff_surfaces.ts";
import { diffTransfers } from "./diff_transfers.ts";
import { diffUnknown } from "./diff_unknown.ts";
import { diffWork } from "./diff_work.ts";
import type { ByKey, KvNeed, Needs, StoreNeed } from "../needs/need_types.ts";
import { RESOURCE_KINDS, type ResourceKind } from "../resources/kinds.ts";

/**
 * Compares what a deployment has accepted with what its contract asks for now. Additions and
 * loosened limits are safe; whatever could cost data or break a caller is dangerous. Pure, and the
 * same whatever the order of members is.
 *
 * @param context what is there already, and who uses the contract; left out, neither is reported
 */
export function diffNeeds(
  before: Needs | undefined,
  after: Needs,
  context: DiffContext = {},
): readonly Change[] {
  // The digest covers everything that needs are read from: schemas, purposes and all.
  if (before !== undefined && before.digest === after.digest) return [];
  const changes: Change[] = [];
  const report: Report = (code, path, details = {}) => {
    changes.push(makeChange(code, path, details));
  };
  diffContract(before, after, context, report);
  const { contract = after.contract, surfaces } = before ?? {};
  const schemas = new SchemaDiff();
  diffSurfaces(contract, surfaces, after.surfaces, context, schemas, report);
  diffTransfers(before, after, context, report);
  diffResources(before, after, context, schemas, report);
  diffWork(before, after, schemas, report);
  diffUnknown(before?.unknown, after.unknown, report);
  return changes;
}

/** Data belongs to the lineage: another contract gets none of it, whatever its aliases are. */
function diffResources(
  before: Needs | undefined,
  after: Needs,
  context: DiffContext,
  schemas: SchemaDiff,
  report: Report,
): void {
  const isSame = before === undefined || before.contract === after.contract;
  const kept = isSame ? before : undefined;
  const diffKind = (kind: ResourceKind, from: Needs | undefined, to: ByKey<KvNeed | StoreNeed>) =>
    diffBuckets(kind, from?.resources[kind], to, context, schemas, report, from?.surfaces);
  if (!isSame) {
    for (const kind of RESOURCE_KINDS) diffKind(kind, before, {});
    diffState(before.state, { contract: before.contract }, {}, schemas, report);
  }
  diffKind("kv", kept, after.resources.kv);
  if (isSame) {
    const reused = diffReused(before, after, context, schemas, report);
    diffDeclared(before, after, context, reused, report);
  }
  diffKind("store", kept, after.resources.store);
  diffState(kept?.state, after, context, schemas, report);
}
