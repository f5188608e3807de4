import type { ResourceKind } from "./kinds.ts";

/** Whose resource it is: written into the stream's metadata, and the identity of its data. */
export interface Owner {
  readonly deployment: string;
  /** Contract id: the lineage. */
  readonly contract: string;
  readonly alias: string;
  readonly kind: ResourceKind;
}

/** True when both owners are the same. */
export function sameOwner(a: Owner | undefined, b: Owner): boolean {
  return a !== undefined && a.deployment === b.deployment && a.contract === b.contract &&
    a.alias === b.alias && a.kind === b.kind;
}
