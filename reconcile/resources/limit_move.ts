import { type SettingName, SETTINGS } from "./settings.ts";

/** How a limit was loosened. */
export type Loosened = "increased" | "removed";

/** How a limit was tightened. */
export type Tightened = "added" | "reduced";

/** How a limit moved. */
export type LimitMove = Loosened | Tightened;

/** Compares two values of a setting; undefined when they are the same. */
export function limitMove(
  name: SettingName,
  before: number,
  after: number,
): LimitMove | undefined {
  if (before === after) return undefined;
  const mayBeNone = SETTINGS[name].none !== undefined;
  // A bucket that Trellis did not make may have no limit, as 0 or less, where ours always have one.
  if (before <= 0) return mayBeNone ? "added" : "reduced";
  if (after === 0) return "removed";
  return after > before ? "increased" : "reduced";
}

/** Tightening a limit can lose something; loosening it cannot. */
export function tightens(move: LimitMove | undefined): move is Tightened {
  return move === "added" || move === "reduced";
}
