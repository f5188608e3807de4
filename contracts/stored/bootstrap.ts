/** How a session learns who it is and what it was given, or why it may do nothing yet. */

import { isPrincipalId, type Principal } from "../identity/caller.ts";
import { isRecord } from "../json/json.ts";
import { parseSessionContract, type SessionContract } from "./session_record.ts";

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
  /** Whoever holds the key, or acts by it for somebody, is let in no more until the user is enabled again. */
  "user_disabled",
  /** No contract was accepted for the deployment yet, or not this one; or the device is not activated. */
  "approval_pending",
  /** No contract of this id was accepted, or the session was opened for another one. */
  "contract_unknown",
  /** It runs no contract, and may call more than the server can be told. */
  "contract_needed",
  /** Users run apps, devices and agents run contracts of their kinds. */
  "contract_wrong_kind",
  /** The contract asks for more than what was accepted of it. */
  "contract_exceeds_grant",
] as const;

/** Why a session whose key is proved may do nothing. */
export type LimboReason = typeof LIMBO_REASONS[number];

/** What a session is told. */
export type Bootstrap =
  | {
    readonly state: "admitted";
    readonly principal: Principal;
    /**
     * Seconds after which the server closes a connection of it, counted in whole ones; it is replaced before.
     * Missing from platforms that let connections be.
     */
    readonly lifetimeS?: number;
    /** The resources of a service's deployment, as `parseBindings` reads them. */
    readonly bindings?: unknown;
    /**
     * Subjects of what its contract uses and is accepted, by contract id. Missing for those to whom nothing
     * is denied, and from platforms that do not say it.
     */
    readonly used?: Readonly<Record<string, readonly string[]>>;
    /** Global keys of the capabilities that it holds; missing for services, which need none to call. */
    readonly capabilities?: readonly string[];
  }
  | {
    readonly state: "limbo";
    readonly reason: LimboReason;
    /** Where people log in, as `http://127.0.0.1:41234`; missing where they cannot. */
    readonly portal?: string;
  };

/** Reads what the platform answered; undefined when it is not of this version. */
export function parseBootstrap(value: unknown): Bootstrap | undefined {
  if (!isRecord(value)) return undefined;
  if (value.state === "limbo") {
    const reason = LIMBO_REASONS.find((known) => known === value.reason);
    const { portal } = value;
    return reason && { state: "limbo", reason, ...(typeof portal === "string" && { portal }) };
  }
  const { principal } = value;
  const isAdmitted = value.state === "admitted" && isRecord(principal) &&
    typeof principal.kind === "string" && typeof principal.id === "string" &&
    isPrincipalId(principal.id);
  if (!isAdmitted) return undefined;
  const capabilities = value.capabilities === undefined ? undefined : texts(value.capabilities);
  const { bindings, lifetimeS, used } = value;
  return {
    state: "admitted",
    ...(typeof lifetimeS === "number" && lifetimeS > 0 ? { lifetimeS } : {}),
    // The platform answers no other kinds; an unknown one fails when a subject is made of it.
    principal: principal as object as Principal,
    ...(bindings === undefined ? {} : { bindings }),
    ...(isRecord(used) ? { used: mapTexts(used) } : {}),
    ...(capabilities === undefined ? {} : { capabilities }),
  };
}

/** What a session says when it asks. */
export interface BootstrapQuestion {
  /** The contract that its code was made with. */
  readonly contract?: SessionContract;
}

/** Reads what a session says; what cannot be read says nothing. */
export function parseBootstrapQuestion(value: unknown): BootstrapQuestion {
  const contract = isRecord(value) ? parseSessionContract(value.contract) : undefined;
  return contract === undefined ? {} : { contract };
}

function mapTexts(value: Readonly<Record<string, unknown>>): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(value).map(([key, list]) => [key, texts(list)]));
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
