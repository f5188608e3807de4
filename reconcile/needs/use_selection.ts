import type { SurfaceNeed, UseNeed } from "./need_types.ts";

/** Whether a use selects a surface of the contract that it is a use of, for whatever action. */
export function selects(
  { selections }: Pick<UseNeed, "selections">,
  { kind, name }: Pick<SurfaceNeed, "kind" | "name">,
): boolean {
  return selections.some((selection) =>
    selection.startsWith(`${kind}.`) && selection.endsWith(`:${name}`)
  );
}
