import type { LimboReason } from "../../contracts/stored/bootstrap.ts";
import type { SessionRecord } from "../../contracts/stored/session_record.ts";

/** What a session is to the platform. */
export type Standing =
  | { readonly kind: "known"; readonly record: SessionRecord }
  | { readonly kind: "limbo"; readonly reason: LimboReason };

/**
 * Decides whether a session may act, from what is stored for it.
 *
 * @param publicKey the key that was proved, where one was
 * @param now milliseconds since 1970
 */
export function standingOf(
  record: SessionRecord | undefined,
  now: number,
  publicKey?: string,
): Standing {
  // Sessions are named by a part of a hash; the whole key decides.
  if (record === undefined || (publicKey !== undefined && record.publicKey !== publicKey)) {
    return limbo("login_required");
  }
  if (record.revokedAt !== undefined) return limbo("session_revoked");
  if (record.expiresAt !== undefined && !(Date.parse(record.expiresAt) > now)) {
    return limbo("session_expired");
  }
  if (record.pending) return limbo("approval_pending");
  return { kind: "known", record };
}

function limbo(reason: LimboReason): Standing {
  return { kind: "limbo", reason };
}
