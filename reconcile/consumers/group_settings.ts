import type { GroupBinding } from "../../contracts/stored/bindings.ts";
import type { JsonObject } from "../../contracts/json/json.ts";

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
  const { ackWaitMs, maxDeliver, backoffMs, ordering, onDead, replay } = declared;
  const concurrency = numberOr(declared.concurrency, 1);
  const byDefault = concurrency === 1 ? "strict" : "none";
  return {
    concurrency,
    ackWaitMs: numberOr(ackWaitMs, 30_000),
    maxDeliver: numberOr(maxDeliver, 5),
    backoffMs: Array.isArray(backoffMs) && backoffMs.length > 0
      ? backoffMs.filter((wait) => typeof wait === "number")
      : [1000, 5000, 30_000],
    ordering: ordering === "strict" || ordering === "key" || ordering === "none"
      ? ordering
      : byDefault,
    onDead: onDead === "hold" ? "hold" : "continue",
    replay: replay === "all" ? "all" : "new",
  };
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
