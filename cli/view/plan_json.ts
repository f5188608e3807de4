import type { PlanView } from "../../reconcile/authority/authority.ts";
import type { UseStanding } from "../../reconcile/needs/use_standing.ts";
import { changeEntry } from "../../reconcile/changes/catalogue.ts";
import type { Change } from "../../reconcile/changes/change.ts";

/** A change with what the catalogue knows of it: the same content that a person is shown. */
export function changeJson(change: Change): object {
  const entry = changeEntry(change.code);
  if (entry === undefined) return { ...change };
  const { severity: _, reason: __, ...words } = entry;
  return { ...change, ...words };
}

/** How many changes there are of each severity. */
export function summaryJson(
  changes: readonly Change[],
): { readonly dangerous: number; readonly safe: number } {
  const dangerous = changes.filter(({ severity }) => severity === "dangerous").length;
  return { dangerous, safe: changes.length - dangerous };
}

/** A plan for a program, with the same content that `planText` shows. */
export function planJson({ plan, state }: PlanView, lacking: readonly UseStanding[]): object {
  const { needs, changes, ...rest } = plan;
  return {
    ...rest,
    contract: needs.contract,
    state,
    summary: summaryJson(changes),
    changes: changes.map(changeJson),
    lacking,
  };
}
