import type { Principal } from "../../contracts/identity/caller.ts";

/** Says what callers hold. */
export interface CallerAccess {
  /**
   * Whether somebody holds a capability, by its global key. What was taken from them is seen within a second.
   * Rejects with a TransportError when nobody can say.
   */
  can(principal: Principal, capability: string): Promise<boolean>;
}
