import type { Change } from "../changes/change.ts";
import type { DiffContext } from "./diff_context.ts";
import { diffContract } from "./diff_contract.ts";
import { diffKv } from "./diff_kv.ts";
import { makeChange, type Report } from "./diff_report.ts";
import { diffReused } from "./diff_reused.ts";
import { SchemaDiff } from "./diff_schema.ts";
import { diffState } from "./diff_state.ts";
import { diffStore } from "./diff_store.ts";
import { diffSurfaces } from "./diff_surfaces.ts";
import { diffUnknown } from "./diff_unknown.ts";
import { diffWork } from "./diff_work.ts";
import type { Needs } from "../needs/need_types.ts";

/**
 * Compares what a deployment has accepted with what its contract asks for now. Additions and
 * loosened limits are safe; whatever could cost data or break a caller is dangerous. Pure, and the
 * same whatever the order of members is.
 *
 * @param context what is there already, and who uses the contract; left out, neither is told
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
  const old = before?.resources;
  const { kv, store } = after.resources;
  if (before === undefined || before.contract === after.contract) {
    diffKv(old?.kv, kv, context, schemas, report);
    diffReused(before, after, context, schemas, report);
    diffStore(old?.store, store, context, report);
    diffState(before?.state, after.state, schemas, report);
    return;
  }
  diffKv(old?.kv, {}, context, schemas, report);
  diffStore(old?.store, {}, context, report);
  diffState(before.state, {}, schemas, report);
  diffKv(undefined, kv, context, schemas, report);
  diffStore(undefined, store, context, report);
  diffState(undefined, after.state, schemas, report);
}
