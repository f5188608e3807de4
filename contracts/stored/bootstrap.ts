/** How a session learns who it is and what it was given, or why it may do nothing yet. */

import { isPrincipalId, type Principal } from "../identity/caller.ts";
import { isRecord } from "../json/json.ts";
import { type Bindings, parseBindings } from "./bindings.ts";

/** What comes before the session in the subject that it asks on. */
export const BOOTSTRAP_SUBJECT = "trellis.v1.bootstrap";

/** Where a session asks what it may do. Every session may, also one that may do nothing else. */
export function bootstrapSubject(session: string): string {
  return `${BOOTSTRAP_SUBJECT}.${session}`;
}

/** Why a session whose key is proved may do nothing. */
export const LIMBO_REASONS = [
  /** Nobody is known to hold this key. */
  "login_required",
  "session_revoked",
  "session_expired",
  /** No contract was accepted for the deployment yet, or not this one. */
  "approval_pending",
] as const;

/** Why a session whose key is proved may do nothing. */
export type LimboReason = typeof LIMBO_REASONS[number];

/** What a session is told. */
export type Bootstrap =
  | {
    readonly state: "admitted";
    readonly principal: Principal;
    /** The resources of a service's deployment. */
    readonly bindings?: Bindings;
  }
  | { readonly state: "limbo"; readonly reason: LimboReason };

/** Reads what the platform answered; undefined when it is not of this version. */
export function parseBootstrap(value: unknown): Bootstrap | undefined {
  if (!isRecord(value)) return undefined;
  if (value.state === "limbo") {
    const reason = LIMBO_REASONS.find((known) => known === value.reason);
    return reason && { state: "limbo", reason };
  }
  const { principal } = value;
  const isAdmitted = value.state === "admitted" && isRecord(principal) &&
    typeof principal.kind === "string" && typeof principal.id === "string" &&
    isPrincipalId(principal.id);
  if (!isAdmitted) return undefined;
  const bindings = value.bindings === undefined ? undefined : parseBindings(value.bindings);
  if (value.bindings !== undefined && bindings === undefined) return undefined;
  return {
    state: "admitted",
    // The platform answers no other kinds; an unknown one fails when a subject is made of it.
    principal: principal as object as Principal,
    ...(bindings === undefined ? {} : { bindings }),
  };
}
