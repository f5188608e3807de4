import type { GroupBinding } from "../../contracts/stored/bindings.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import { groupOrdering } from "../needs/group_ordering.ts";
import { WORK_DEFAULTS } from "../needs/work_defaults.ts";

/** How many lanes a group has whose events are in order by their key. */
export const LANES = 8;

/** How a group works, with every default filled in. */
export interface GroupSettings extends
  Pick<
    GroupBinding,
    "concurrency" | "ackWaitMs" | "maxDeliver" | "backoffMs" | "ordering" | "onDead"
  > {
  /** Where a new group starts. */
  readonly replay: "new" | "all";
}

/** Reads what a group declares; what it leaves out is as agreed. */
export function groupSettings(declared: JsonObject): GroupSettings {
  const { concurrency, ackWaitMs, maxDeliver, backoffMs, onDead, replay } = declared;
  return {
    concurrency: numberOr(concurrency, 1),
    ackWaitMs: numberOr(ackWaitMs, WORK_DEFAULTS.ackWaitMs),
    maxDeliver: numberOr(maxDeliver, WORK_DEFAULTS.maxDeliver),
    backoffMs: waitsOr(backoffMs, WORK_DEFAULTS.backoffMs),
    ordering: groupOrdering(declared),
    onDead: onDead === "hold" ? "hold" : "continue",
    replay: replay === "all" ? "all" : "new",
  };
}

/** What is declared, where it is a number. */
export function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

/** What is declared, where it is a list with something in it. */
export function waitsOr(value: unknown, otherwise: readonly number[]): readonly number[] {
  const waits = Array.isArray(value) ? value.filter((wait) => typeof wait === "number") : [];
  return waits.length > 0 ? waits : otherwise;
}
