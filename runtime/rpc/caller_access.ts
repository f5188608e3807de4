import type { Principal } from "../../contracts/identity/caller.ts";
import type { SessionContract } from "../../contracts/stored/session_record.ts";

/** Says what callers hold and run. */
export interface CallerAccess {
  /**
   * Whether somebody holds a capability, by its global key. What was taken from them is seen within a second.
   * Rejects with a TransportError when nobody can say.
   */
  can(principal: Principal, capability: string): Promise<boolean>;
  /**
   * The contract that a session runs under; undefined for one that runs none. Rejects with a TransportError
   * when nobody can say.
   */
  contractOf(session: string): Promise<SessionContract | undefined>;
}
