/** Who a session is, shared by those who let sessions in and those who make them. */

import { isPrincipalId, type Principal, PRINCIPAL_KINDS } from "../identity/caller.ts";
import { isRecord } from "../json/json.ts";

/** The KV bucket of the sessions; the key is the session's token. */
export const SESSIONS_BUCKET = "trellis_sessions";

/** A contract that somebody runs under. */
export interface SessionContract {
  readonly id: string;
  readonly digest: string;
}

/** A key, and who its holder is. */
export interface SessionRecord {
  readonly format: "trellis.session.v1";
  /** The public key, `U…`, whose holder the session is. */
  readonly publicKey: string;
  readonly principal: Principal;
  /** The deployment that a service is an instance of. */
  readonly deployment?: string;
  /** The contract that anybody else runs under; without one a person calls what they may. */
  readonly contract?: SessionContract;
  /** Id of the user whom an agent acts for: it is let in as long as they are. */
  readonly actsFor?: string;
  /** Set until a person activates it: it lets nobody in yet. */
  readonly pending?: true;
  /** Times as `2026-01-31T12:00:00.000Z`. */
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  /** Who revoked it. */
  readonly revokedBy?: string;
}

const KINDS: readonly string[] = PRINCIPAL_KINDS;

/** Reads a stored session; undefined when it is not one of this version. */
export function parseSessionRecord(value: unknown): SessionRecord | undefined {
  const isSession = isRecord(value) && value.format === "trellis.session.v1" &&
    typeof value.publicKey === "string" && isPrincipal(value.principal) &&
    typeof value.createdAt === "string" &&
    (value.pending === undefined || value.pending === true) &&
    (value.contract === undefined || parseSessionContract(value.contract) !== undefined) &&
    ["deployment", "actsFor", "expiresAt", "revokedAt", "revokedBy"].every((name) =>
      ["undefined", "string"].includes(typeof value[name])
    );
  return isSession ? value as object as SessionRecord : undefined;
}

/** Reads the contract of a session; undefined when it is none. */
export function parseSessionContract(value: unknown): SessionContract | undefined {
  if (!isRecord(value)) return undefined;
  const { id, digest } = value;
  return typeof id === "string" && typeof digest === "string" ? { id, digest } : undefined;
}

function isPrincipal(value: unknown): value is Principal {
  return isRecord(value) && KINDS.includes(String(value.kind)) && typeof value.id === "string" &&
    isPrincipalId(value.id);
}
