import { type Caller, callerToken, sessionOf } from "../../contracts/identity/caller.ts";
import type { SubjectPermissions } from "../../contracts/identity/user_jwt.ts";
import { bootstrapSubject } from "../../contracts/stored/bootstrap.ts";
import {
  compilePermissions,
  type PermissionsAsked,
} from "../../reconcile/grants/compile_permissions.ts";
import type { Permissions } from "../../reconcile/grants/permission_line.ts";
import type { ConnectRequest } from "../../runtime/platform/connect_request.ts";
import type { Admission } from "../../runtime/platform/nats/auth_callout.ts";
import type { SessionStore } from "../../runtime/platform/session_store.ts";
import { standingOf } from "../../runtime/platform/standing.ts";
import type { AcceptedContracts } from "./accepted_contracts.ts";

/** Seconds that somebody who may do nothing yet may stay, to ask why. */
const LIMBO_S = 10;

/** Where it is read who may do what. */
export interface AdmissionSources {
  readonly sessions: SessionStore;
  readonly contracts: Pick<AcceptedContracts, "deployment" | "usedBy">;
}

/**
 * What a session that has proved its key may do, read anew for each connection. Whoever is entitled to
 * nothing may ask why, and nothing else: a refusal by the server carries no reason.
 */
export async function admitSession(
  { publicKey, issuedAt }: Pick<ConnectRequest, "publicKey" | "issuedAt">,
  { sessions, contracts }: AdmissionSources,
): Promise<Admission> {
  const session = sessionOf(publicKey);
  // By the server's clock, as everything that ends a session.
  const standing = standingOf(await sessions.get(session), issuedAt * 1000, publicKey);
  if (standing.kind === "limbo") return limbo(session);
  const { principal, deployment } = standing;
  const caller: Caller = { principal, session };
  if (principal.kind !== "service") return admission(caller, { caller });
  const accepted = deployment === undefined ? undefined : await contracts.deployment(deployment);
  if (accepted === undefined) return limbo(session);
  const used = await contracts.usedBy(accepted.needs);
  return admission(caller, { caller, ...accepted, used });
}

function admission(caller: Caller, asked: PermissionsAsked): Admission {
  const permissions = compilePermissions(asked);
  const name = callerToken(caller);
  return permissions === undefined ? { name } : { name, permissions: subjectsOf(permissions) };
}

function subjectsOf({ publish, subscribe }: Permissions): SubjectPermissions {
  return {
    publish: publish.map(({ subject }) => subject),
    subscribe: subscribe.map(({ subject }) => subject),
  };
}

function limbo(session: string): Admission {
  return {
    name: `limbo-${session}`,
    permissions: { publish: [bootstrapSubject(session)], subscribe: [`_INBOX.${session}.>`] },
    lifetimeS: LIMBO_S,
  };
}
