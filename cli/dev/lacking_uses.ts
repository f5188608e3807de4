import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import { SECTIONS, SURFACE_KINDS } from "../../contracts/manifest/sections.ts";
import type { ByKey, Needs } from "../../reconcile/needs/need_types.ts";
import type { MissingUse } from "../../runtime/accepted/missing_uses.ts";

/**
 * What a contract requires of others and is not accepted, as the contract's file says it. The service
 * itself looks closer, at the subjects that it was made for.
 *
 * @param accepted the used contracts as they are accepted, by id
 */
export function lackingUses(
  { uses }: Pick<ContractManifest, "uses">,
  accepted: ByKey<Pick<Needs, "surfaces">>,
): readonly MissingUse[] {
  return Object.values(uses?.required ?? {}).flatMap((use) => {
    const { contract } = use;
    const known = Object.hasOwn(accepted, contract) ? accepted[contract]!.surfaces : {};
    const surfaces = SURFACE_KINDS.flatMap((kind) =>
      Object.values(use[kind] ?? {}).flat()
        .filter((name) => !Object.values(known).some((it) => it.kind === kind && it.name === name))
        .map((name) => `${SECTIONS[kind].noun} ${name}`)
    );
    return surfaces.length === 0 ? [] : [{ contract, required: true, surfaces }];
  });
}
