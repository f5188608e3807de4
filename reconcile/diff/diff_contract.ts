import { appendPointer } from "../../contracts/json/json_pointer.ts";
import { type DiffContext, usersOfContract } from "./diff_context.ts";
import { diffList, diffMap, type Report } from "./diff_report.ts";
import type { CapabilityNeed, Needs, UseNeed } from "../needs/need_types.ts";

/** Compares what the contract is, what it uses, and which capabilities it defines. */
export function diffContract(
  before: Needs | undefined,
  after: Needs,
  context: DiffContext,
  report: Report,
): void {
  if (before === undefined) report("contract.added", "/contract", { after: after.contract });
  else diffIdentity(before, after, context, report);
  diffMap(before?.contracts, after.contracts, "/contracts", {
    added: (path, to) => report("uses.added", path, { after: describe(to) }),
    removed: (path, from) => report("uses.removed", path, { before: describe(from) }),
    changed: (path, from, to) => diffUse(path, from, to, report),
  });
  diffMap(before?.capabilities, after.capabilities, "/capabilities", {
    added: (path, to) => report("capability.added", path, { after: to.displayName }),
    removed: (path, from) => report("capability.removed", path, { before: from.displayName }),
    changed: (path, from, to) => diffCapability(path, from, to, report),
  });
}

function diffIdentity(before: Needs, after: Needs, context: DiffContext, report: Report): void {
  if (before.contract !== after.contract) {
    report("contract.replaced", "/contract", {
      before: before.contract,
      after: after.contract,
      affects: usersOfContract(before.contract, context),
    });
  }
  if (before.kind !== after.kind) {
    report("contract.kind.changed", "/kind", { before: before.kind, after: after.kind });
  }
}

function diffUse(path: string, from: UseNeed, to: UseNeed, report: Report): void {
  if (from.required !== to.required) {
    const values = { before: from.required, after: to.required };
    report("uses.required.changed", appendPointer(path, "required"), values);
  }
  diffList(from.selections, to.selections, appendPointer(path, "selections"), {
    added: (at, selection) => report("uses.selection.added", at, { after: selection }),
    removed: (at, selection) => report("uses.selection.removed", at, { before: selection }),
  });
}

/** A consequence that was stated is what people agreed to; the other words only describe. */
function diffCapability(
  path: string,
  from: CapabilityNeed,
  to: CapabilityNeed,
  report: Report,
): void {
  for (const member of ["displayName", "description", "consequence"] as const) {
    const [before, after] = [from[member], to[member]];
    if (before === after) continue;
    const agreed = member === "consequence" && before !== undefined;
    const code = agreed ? "capability.consequence.changed" : "capability.changed";
    report(code, appendPointer(path, member), { op: "change", before, after });
  }
}

function describe({ required, selections }: UseNeed) {
  return { required, selections: [...selections] };
}
