/** How a limit moved; 0 means no limit. */
export type LimitMove = "added" | "increased" | "reduced" | "removed";

/** Compares two limits where 0 means none; undefined when they are the same. */
export function limitMove(before: number, after: number): LimitMove | undefined {
  if (before === after) return undefined;
  if (before === 0) return "added";
  if (after === 0) return "removed";
  return after > before ? "increased" : "reduced";
}

/** Tightening a limit can lose something; loosening it cannot. */
export function tightens(move: LimitMove | undefined): boolean {
  return move === "added" || move === "reduced";
}
