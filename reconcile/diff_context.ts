import type { BucketState } from "./bucket.ts";
import type { Needs, SurfaceNeed } from "./needs.ts";

/** A bucket or store that is there already and is not this deployment's. 0 or absent: no limit. */
export type ExistingBucket = Pick<
  BucketState,
  "name" | "owner" | "values" | "bytes" | "settings"
>;

/** A deployment that uses other contracts. */
export interface ContractUser {
  readonly deployment: string;
  readonly uses: Needs["contracts"];
}

/** What a comparison is told of the world beside the two needs. */
export interface DiffContext {
  /**
   * By resource, as `kv/orders`: what stands under the name that a new alias would get, and is not
   * this deployment's.
   */
  readonly existing?: ReadonlyMap<string, ExistingBucket>;
  /** Other deployments, with what they use. */
  readonly users?: readonly ContractUser[];
}

/** The deployments that selected a surface of a contract, sorted. */
export function usersOf(
  contract: string,
  { kind, name }: Pick<SurfaceNeed, "kind" | "name">,
  { users = [] }: DiffContext,
): readonly string[] {
  const selects = (selection: string): boolean =>
    selection.startsWith(`${kind}.`) && selection.endsWith(`:${name}`);
  return names(users.filter(({ uses }) => {
    const use = Object.hasOwn(uses, contract) ? uses[contract] : undefined;
    return use?.selections.some(selects) === true;
  }));
}

/** The deployments that use anything of a contract, sorted. */
export function usersOfContract(
  contract: string,
  { users = [] }: DiffContext,
): readonly string[] {
  return names(users.filter(({ uses }) => Object.hasOwn(uses, contract)));
}

function names(users: readonly ContractUser[]): readonly string[] {
  return [...new Set(users.map(({ deployment }) => deployment))].sort();
}
