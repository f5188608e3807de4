/** True for an error that says of a write that it may have happened. */
export function leavesOpen(error: object): boolean {
  return "reason" in error && error.reason === "unknown_outcome";
}
