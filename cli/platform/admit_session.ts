import { callerToken, sessionOf } from "../../contracts/identity/caller.ts";
import type { SubjectPermissions } from "../../contracts/identity/user_jwt.ts";
import { bootstrapSubject } from "../../contracts/stored/bootstrap.ts";
import { compilePermissions } from "../../reconcile/grants/compile_permissions.ts";
import type { Permissions } from "../../reconcile/grants/permission_line.ts";
import { inDomain } from "../../runtime/nats/link/js_domain.ts";
import type { ConnectRequest } from "../../runtime/platform/connect_request.ts";
import type { LimboBounds, LimboLimits } from "../../runtime/platform/limbo_limits.ts";
import type { Admission } from "../../runtime/platform/nats/auth_callout.ts";
import { connectionLifetime } from "./connection_lifetime.ts";
import { type EntitlementSources, readEntitlement } from "./entitlement.ts";

/** Seconds that somebody who may do nothing yet may stay, to ask why. */
const LIMBO_S = 10;
/** A connection takes 40 KiB of the server; a factory's devices may wait behind one address. */
export const LIMBO_BOUNDS: LimboBounds = { each: 500, all: 4000, stayMs: LIMBO_S * 1000 };

/** How sessions are admitted. */
export interface AdmitOptions {
  /** Counts who is let in only to ask why they may do nothing. */
  readonly limbo: Pick<LimboLimits, "enter">;
  /** Seconds that a connection lasts; ten minutes unless given. */
  readonly longestS?: number | undefined;
  /** The JetStream domain of the platform, which sessions may name as well. */
  readonly domain?: string | undefined;
}

/**
 * What a session that has proved its key may do, read anew for each connection. Whoever is entitled to
 * nothing may ask why, and nothing else: a refusal by the server carries no reason. It is all that is left
 * where too many ask.
 */
export async function admitSession(
  { publicKey, issuedAt, host }: Pick<ConnectRequest, "publicKey" | "issuedAt" | "host">,
  sources: EntitlementSources,
  { limbo, longestS, domain }: AdmitOptions,
): Promise<Admission | undefined> {
  const session = sessionOf(publicKey);
  // By the server's clock, as everything that ends a session.
  const question = { session, now: issuedAt * 1000, publicKey };
  const entitlement = await readEntitlement(question, sources);
  if (entitlement.kind === "limbo") return limbo.enter(host) ? inLimbo(session) : undefined;
  const permissions = compilePermissions(entitlement.asked);
  const { asked, endsAt } = entitlement;
  return {
    name: callerToken(asked.caller),
    ...(permissions === undefined ? {} : { permissions: subjectsOf(permissions, domain) }),
    lifetimeS: connectionLifetime(issuedAt, endsAt, longestS),
  };
}

function subjectsOf(
  { publish, subscribe }: Permissions,
  domain: string | undefined,
): SubjectPermissions {
  const subjects = publish.map(({ subject }) => subject);
  const again = domain === undefined
    ? []
    : subjects.map((subject) => inDomain(subject, domain)).filter((one) => !subjects.includes(one));
  return {
    publish: [...subjects, ...again],
    subscribe: subscribe.map(({ subject }) => subject),
  };
}

function inLimbo(session: string): Admission {
  return {
    name: `limbo-${session}`,
    permissions: { publish: [bootstrapSubject(session)], subscribe: [`_INBOX.${session}.>`] },
    lifetimeS: LIMBO_S,
  };
}
