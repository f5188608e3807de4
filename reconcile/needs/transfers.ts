import type { ManifestTransfer } from "../../contracts/manifest/manifest.ts";
import type { Needs, SurfaceNeed } from "./need_types.ts";

/** A surface that files go with. */
export interface SurfaceTransfer {
  readonly subject: string;
  readonly surface: SurfaceNeed;
  readonly transfer: ManifestTransfer;
}

/** The surfaces that files go with, one way or both. */
export function transfersOf(
  { surfaces }: Pick<Needs, "surfaces">,
  direction?: ManifestTransfer["direction"],
): readonly SurfaceTransfer[] {
  return Object.entries(surfaces).flatMap(([subject, surface]) => {
    const { transfer } = surface;
    return transfer === undefined || (direction ?? transfer.direction) !== transfer.direction
      ? []
      : [{ subject, surface, transfer }];
  });
}
