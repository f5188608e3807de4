import type { Principal } from "../../contracts/identity/caller.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import type { AuthorityMode, Plan } from "../../reconcile/records/authority_record.ts";

/** Who a session is opened for, and what it runs under. */
export interface UserSessionRequest {
  /** A user, a device, an agent, or an admin. */
  readonly principal: Principal;
  /** What it runs under. Whoever has logged in themselves has none, and no admin has one. */
  readonly contract?: { readonly manifest: ContractManifest; readonly digest: string };
  /** The public key, `U…`, of somebody who has the secret; a new pair is made unless given. */
  readonly publicKey?: string;
  /**
   * When somebody has let it in; now unless given. A session of that key and that time is the one that is
   * asked for: whoever was interrupted asks again.
   */
  readonly createdAt?: string;
  /** When it ends, as `2026-01-31T12:00:00.000Z`; never unless given. */
  readonly expiresAt?: string;
  /** Told to the audit, beside the key. */
  readonly details?: Readonly<Record<string, string>>;
}

/** The session of a user, a device or an agent. */
export interface UserSession {
  /** Names it, in subjects and records. */
  readonly session: string;
  /** Secret of its key; missing where somebody else made the key. */
  readonly seed?: string;
  /** What a person has to decide before the session may do anything. */
  readonly pending?: Plan;
  /** Ends it, and closes its connections: the key lets nobody in any more. */
  revoke(): Promise<void>;
}

/** Who approves what apps, devices and agents ask for. */
export interface Approval {
  /** `dev`: the process, where that is safe; `strict`: a person. */
  readonly mode: AuthorityMode;
  /** In whose name contracts are presented. */
  readonly by: string;
}
