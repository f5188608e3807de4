import type { Contract, UsedContract } from "../../contracts/define/contract.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import { SECTIONS, SURFACE_KINDS } from "../../contracts/manifest/sections.ts";

/** Subjects of surfaces that are accepted, by the id of the contract that declares them. */
export type AcceptedSurfaces = Readonly<Record<string, readonly string[]>>;

/** A use of which something is not accepted. */
export interface MissingUse {
  /** Id of the contract that is used. */
  readonly contract: string;
  readonly required: boolean;
  /** What is not accepted, as `rpc Orders.Get`. */
  readonly surfaces: readonly string[];
}

/**
 * What a contract uses and is not accepted, by alias. Acceptance counts and not that somebody serves it:
 * so two services that use each other can both start.
 *
 * @param accepted undefined where nobody can say: then everything counts as accepted
 */
export function missingUses(
  { used }: Pick<Contract, "used">,
  accepted: AcceptedSurfaces | undefined,
): ReadonlyMap<string, MissingUse> {
  const missing = new Map<string, MissingUse>();
  if (accepted === undefined) return missing;
  for (const [alias, use] of used) {
    const { contract: { id: contract }, required } = use;
    const subjects = Object.hasOwn(accepted, contract) ? accepted[contract] ?? [] : [];
    const surfaces = selectedSurfaces(use)
      .filter(({ subject }) => !subjects.includes(subject)).map(({ name }) => name);
    if (surfaces.length > 0) missing.set(alias, { contract, required, surfaces });
  }
  return missing;
}

/** The surfaces that a use selects, each once: its subject, and its name as `rpc Orders.Get`. */
export function selectedSurfaces(
  { contract, selection }: UsedContract,
): readonly { readonly subject: string; readonly name: string }[] {
  const names = new Map<string, string>();
  for (const kind of SURFACE_KINDS) {
    for (const name of Object.values(selection[kind] ?? {}).flat()) {
      const subject = contract.manifest[kind]?.[name]?.subject;
      if (subject !== undefined) names.set(subject, `${SECTIONS[kind].noun} ${name}`);
    }
  }
  return [...names].map(([subject, name]) => ({ subject, name }));
}

/** The error of whoever needs what is not accepted. */
export function missingUseError(id: string, missing: readonly MissingUse[]): TransportError {
  const what = missing.map(({ contract, surfaces }) => `${surfaces.join(", ")} of ${contract}`);
  const [first] = missing;
  const verb = missing.some(({ required }) => required) ? "requires" : "uses";
  return new TransportError({
    message: `${id} ${verb} ${what.join(" and ")}, which is not accepted here`,
    code: "trellis.use.missing",
    hint: "have the contract accepted that it comes from; whoever waits for it goes on by itself",
    ...(first === undefined ? {} : {
      command: [
        "svc",
        contractName(first.contract),
        "authority",
        "plan",
        "list",
        "--state",
        "pending",
      ],
    }),
  });
}
