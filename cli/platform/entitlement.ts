import type { Caller, PrincipalKind } from "../../contracts/identity/caller.ts";
import type { LimboReason } from "../../contracts/stored/bootstrap.ts";
import type { SessionContract, SessionRecord } from "../../contracts/stored/session_record.ts";
import { RUNNER_OF } from "../../contracts/identity/contract_runner.ts";
import type { PermissionsAsked } from "../../reconcile/grants/compile_permissions.ts";
import type { AuthorityRecord } from "../../reconcile/records/authority_record.ts";
import { isUserId } from "../../reconcile/users/user_name.ts";
import type { UserRecord } from "../../reconcile/users/user_record.ts";
import type { UserStore } from "../../reconcile/users/user_store.ts";
import type { SessionStore } from "../../runtime/platform/session_store.ts";
import { standingOf } from "../../runtime/platform/standing.ts";
import type { AcceptedContracts } from "./accepted_contracts.ts";
import { terminalUse } from "./terminal_use.ts";

/** Where it is read who may do what. */
export interface EntitlementSources {
  readonly sessions: SessionStore;
  readonly contracts: Pick<AcceptedContracts, "deployment" | "recordOf" | "usedBy" | "all">;
  /** Global keys of what somebody holds. Rejects when it cannot be read. */
  readonly capabilitiesOf: (principal: Caller["principal"]) => Promise<readonly string[]>;
  readonly users: Pick<UserStore, "byId">;
}

/** What a session may do, or why it may do nothing. */
export type Entitlement =
  | {
    readonly kind: "entitled";
    readonly asked: PermissionsAsked;
    /** When the session ends, in milliseconds since 1970; missing: by itself never. */
    readonly endsAt?: number;
  }
  | { readonly kind: "limbo"; readonly reason: LimboReason };

/** What is known of a session when it is asked what it may do. */
export interface SessionQuestion {
  readonly session: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The key that was proved, where one was. */
  readonly publicKey?: string;
  /** The contract that its code says it was made with. */
  readonly contract?: SessionContract;
}

/** Reads what a session may do, anew each time: what is kept would be too old after a decision. */
export async function readEntitlement(
  { session, now, publicKey, contract }: SessionQuestion,
  sources: EntitlementSources,
): Promise<Entitlement> {
  const standing = standingOf(await sources.sessions.get(session), now, publicKey);
  if (standing.kind === "limbo") return standing;
  const { record } = standing;
  const { principal } = record;
  const caller: Caller = { principal, session };
  // Read together: whoever is in order does not wait longer.
  const [problem, entitlement] = await Promise.all([
    readUserProblem(record, sources),
    principal.kind === "admin"
      ? { kind: "entitled", asked: { caller } } as const
      : principal.kind === "service"
      ? readService(record, caller, sources)
      : readRunner(record, caller, contract, sources),
  ]);
  if (problem !== undefined) return limbo(problem);
  const { expiresAt } = record;
  if (entitlement.kind === "limbo" || expiresAt === undefined) return entitlement;
  return { ...entitlement, endsAt: Date.parse(expiresAt) };
}

async function readUserProblem(
  { principal: { kind, id }, actsFor }: SessionRecord,
  { users }: EntitlementSources,
): Promise<LimboReason | undefined> {
  if (actsFor !== undefined) {
    const person = (await users.byId(actsFor)).orThrow()?.value;
    return person === undefined || person.disabledAt !== undefined ? "user_disabled" : undefined;
  }
  // Tests let in people whom nobody has added, under names of their own.
  if ((kind !== "user" && kind !== "admin") || !isUserId(id)) return undefined;
  return userProblem(kind, (await users.byId(id)).orThrow()?.value);
}

async function readService(
  { deployment }: SessionRecord,
  caller: Caller,
  { contracts }: EntitlementSources,
): Promise<Entitlement> {
  const accepted = deployment === undefined ? undefined : await contracts.deployment(deployment);
  if (accepted === undefined) return limbo("approval_pending");
  const used = await contracts.usedBy(accepted.needs);
  return { kind: "entitled", asked: { caller, ...accepted, used } };
}

/** Somebody who runs an app, or a device or an agent, which run contracts of their kinds. */
async function readRunner(
  { contract: opened }: SessionRecord,
  caller: Caller,
  said: SessionContract | undefined,
  { contracts, capabilitiesOf }: EntitlementSources,
): Promise<Entitlement> {
  if (opened !== undefined && said !== undefined && said.id !== opened.id) {
    return limbo("contract_unknown");
  }
  const [capabilities, record] = await Promise.all([
    capabilitiesOf(caller.principal),
    opened === undefined ? undefined : contracts.recordOf(opened.id),
  ]);
  if (opened === undefined) {
    if (caller.principal.kind !== "user") return limbo("contract_unknown");
    const used = await contracts.all();
    const asked = terminalUse({ caller, used, capabilities });
    return asked === undefined ? limbo("contract_needed") : { kind: "entitled", asked };
  }
  const { digest } = said ?? opened;
  const reason = contractProblem(caller.principal.kind, digest, record);
  if (reason !== undefined || record?.desired === undefined) {
    return limbo(reason ?? "contract_unknown");
  }
  const { needs } = record.desired;
  const used = await contracts.usedBy(needs);
  return { kind: "entitled", asked: { caller, needs, used, capabilities } };
}

/** Why a person may do nothing; undefined when they may. */
export function userProblem(
  kind: "user" | "admin",
  user: Pick<UserRecord, "admin" | "disabledAt"> | undefined,
): LimboReason | undefined {
  if (user?.disabledAt !== undefined) return "user_disabled";
  // Nobody is an admin whose record does not say so.
  return user === undefined || kind === "admin" && !user.admin ? "login_required" : undefined;
}

/** Why a contract may not be run; undefined when it may. */
export function contractProblem(
  kind: PrincipalKind,
  digest: string,
  record: Pick<AuthorityRecord, "desired" | "pending"> | undefined,
): LimboReason | undefined {
  const isPending = record?.pending?.digest === digest;
  if (record?.desired === undefined) return isPending ? "approval_pending" : "contract_unknown";
  if (RUNNER_OF[record.desired.needs.kind] !== kind) return "contract_wrong_kind";
  if (record.desired.digests.includes(digest)) return undefined;
  return isPending ? "approval_pending" : "contract_exceeds_grant";
}

function limbo(reason: LimboReason): Entitlement {
  return { kind: "limbo", reason };
}
