import type { BucketState } from "../resources/bucket.ts";
import type { Needs, SurfaceNeed } from "../needs/need_types.ts";
import { selects } from "../needs/use_selection.ts";

/** A bucket or store that is there already and is not bound. */
export interface AdoptableBucket extends
  Pick<
    BucketState,
    "name" | "owner" | "values" | "bytes" | "settings" | "created"
  > {
  /** It is this deployment's own, from an earlier time: to bind it again needs no permission. */
  readonly kept?: boolean;
}

/** A deployment that uses other contracts. */
export interface ContractUser {
  readonly deployment: string;
  readonly uses: Needs["contracts"];
}

/** What was accepted as a version before the present one; no needs: it cannot be read any more. */
export interface EarlierVersion {
  readonly version: number;
  readonly needs: Needs | undefined;
}

/** What a comparison needs to know beside the two needs. */
export interface DiffContext {
  /**
   * By resource, as `kv/orders`: what stands under the name that a new alias would get, and what was
   * kept of an alias that a new one says it was renamed from.
   */
  readonly existing?: ReadonlyMap<string, AdoptableBucket>;
  /** Other deployments, with what they use. */
  readonly users?: readonly ContractUser[];
  /** What may hold values, as it is called before the change: `kv/orders`, `state/drafts`. */
  readonly stored?: ReadonlySet<string>;
  /** Events before this time, ISO 8601, are gone from their stream; undefined: none is, as far as is known. */
  readonly lostBefore?: string | undefined;
  /** Whose values may still be stored, in any order. */
  readonly earlier?: readonly EarlierVersion[];
}

/** The deployments that selected a surface of a contract, sorted. */
export function usersOf(
  contract: string,
  surface: Pick<SurfaceNeed, "kind" | "name">,
  { users = [] }: DiffContext,
): readonly string[] {
  return names(users.filter(({ uses }) => {
    const use = Object.hasOwn(uses, contract) ? uses[contract] : undefined;
    return use !== undefined && selects(use, surface);
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
