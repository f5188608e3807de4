import type { Principal } from "../../contracts/identity/caller.ts";
import { principalText } from "../../contracts/identity/principal_text.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { needsOf } from "../../reconcile/needs/needs.ts";
import type { AuthorityError } from "../../reconcile/records/authority_error.ts";
import type { AuthorityMode, Plan } from "../../reconcile/records/authority_record.ts";
import type { UserRecord } from "../../reconcile/users/user_record.ts";
import type { SecuredPlatform } from "../platform/secured_platform.ts";
import { commandText } from "../program/command_text.ts";
import { type ContractAsk, contractAsk } from "./contract_ask.ts";
import type { AskingContract, LoginRequest } from "./login_request.ts";
import { type Decision, type PendingApproval, proofOf, type SignedIn } from "./login_record.ts";
import type { Login } from "./logins.ts";

/** A login ends by itself after this long. */
const SESSION_MS = 7 * 24 * 3_600_000;

/** What logins are carried out with. */
export interface LoginParts {
  readonly platform: Pick<
    SecuredPlatform,
    | "access"
    | "attempts"
    | "audit"
    | "contracts"
    | "openUserSession"
    | "present"
    | "sessionOfKey"
    | "signIn"
    | "users"
  >;
  readonly authority: Authority;
  /** Who approves contracts. `dev`: the process, where that is safe; `strict`: an admin. */
  readonly mode: AuthorityMode;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Whom a session is opened for: an app acts for a user, and only a terminal for an admin. */
export function principalOf({ id, admin }: UserRecord, { contract }: LoginRequest): Principal {
  return { kind: admin === true && contract === undefined ? "admin" : "user", id };
}

/** Whether a user's own approval is enough for a contract. */
export function mayApprove({ admin }: UserRecord, { mode }: Pick<LoginParts, "mode">): boolean {
  return mode === "dev" || admin === true;
}

/** What a contract asks a user for. Rejects when it cannot be read. */
export async function readAsk(
  contract: AskingContract,
  { id }: UserRecord,
  { platform }: LoginParts,
): Promise<ContractAsk> {
  const { contracts, access } = platform;
  const needs = needsOf(contract.manifest, contract.digest);
  const [record, used, held] = await Promise.all([
    contracts.recordOf(needs.contract),
    contracts.usedBy(needs),
    access.capabilitiesOf({ kind: "user", id }),
  ]);
  return contractAsk(contract, { needs, record, used, held: held.orThrow() });
}

/** Somebody's approval of a login. */
export interface Approved {
  readonly person: SignedIn;
  /** The same where a process was ended in the middle of it, and another one begins again. */
  readonly decidedAt: number;
}

/**
 * Binds the key of a login to whoever has approved it, and approves its contract where they may. What was
 * done already by a process that was ended is not done again.
 */
export async function bindKey(
  { request, address }: Login,
  { person, decidedAt }: Approved,
  parts: LoginParts,
): Promise<Decision> {
  const { platform } = parts;
  // Minutes may have passed since they signed in.
  const user = (await platform.users.find(person.id)).take();
  if (isErr(user)) return failed(user.error);
  if (user.disabledAt !== undefined) return failed(DISABLED);
  // Whoever ends what they have signed in by may fear that somebody else used it.
  if (proofOf(user) !== person.proof) return failed(PROOF_ENDED);
  const { publicKey, device, contract } = request;
  if (contract !== undefined && await isTaken(contract, parts)) return failed(TAKEN);
  const left = contract && (await approveContract(contract, user, parts)).take();
  if (isErr(left)) return failed(left.error);
  const session = (await platform.openUserSession({
    principal: principalOf(user, request),
    publicKey,
    ...(contract === undefined ? {} : { contract }),
    createdAt: new Date(decidedAt).toISOString(),
    expiresAt: new Date(decidedAt + SESSION_MS).toISOString(),
    details: { device, address, user: user.name },
  })).take();
  if (isErr(session)) return failed(session.error);
  return left === undefined ? { kind: "bound" } : { kind: "bound", pending: left };
}

/** Whether the key of a login was bound by an approval. Rejects when it cannot be read. */
export async function isKeyBound(
  { request: { publicKey } }: Login,
  decidedAt: number,
  { platform }: Pick<LoginParts, "platform">,
): Promise<boolean> {
  const session = await platform.sessionOfKey(publicKey);
  return session?.createdAt === new Date(decidedAt).toISOString();
}

/** Lets nobody in: whoever was asked may have been deceived, so it is told. */
export async function refuseLogin(
  { request, address }: Login,
  { id, name }: SignedIn,
  { platform }: LoginParts,
): Promise<Decision> {
  const subject = principalText({ kind: "user", id });
  const details = { device: request.device, address, user: name };
  const told = (await platform.audit.append({
    kind: "login.refused",
    by: subject,
    subject,
    details,
  })).take();
  return isErr(told) ? failed(told.error) : { kind: "refused" };
}

/**
 * Whether a name belongs to something that is no app, accepted or not: whoever logs in must not ask in the
 * place of a service. Rejects when it cannot be read.
 */
async function isTaken(
  { manifest: { id } }: AskingContract,
  { platform: { contracts }, authority }: LoginParts,
): Promise<boolean> {
  const record = await contracts.recordOf(id);
  if (record?.desired !== undefined) return record.desired.needs.kind !== "app";
  if (record?.pending === undefined) return false;
  const { plan } = (await authority.plan(record.deployment, record.pending.planId)).orThrow();
  return plan.needs.kind !== "app";
}

/**
 * Has what an app asks for decided, as far as the user may, and tells the audit when it is: of what was
 * approved before nothing. Answers what is left to decide.
 */
async function approveContract(
  contract: AskingContract,
  user: UserRecord,
  parts: LoginParts,
): Promise<Result<PendingApproval | undefined, AuthorityError>> {
  const { platform } = parts;
  const { standing, id } = await readAsk(contract, user, parts);
  const presented = (await platform.present(contract)).take();
  if (isErr(presented)) return presented;
  const plan = presented.kind === "pending" ? presented.plan : undefined;
  const left = plan && (await approvePlan(plan, user, parts)).take();
  if (isErr(left)) return left;
  if (left !== undefined || standing === "approved" || !mayApprove(user, parts)) return ok(left);
  const told = await platform.audit.append({
    kind: "contract.approved",
    by: byOf(user),
    subject: id,
    details: { digest: contract.digest },
  });
  return told.map(() => undefined);
}

/** Accepts a plan of an admin's; otherwise answers who has to, in words. */
async function approvePlan(
  { id, deployment, kind }: Plan,
  user: UserRecord,
  { authority }: LoginParts,
): Promise<Result<PendingApproval | undefined, AuthorityError>> {
  const command = commandText(["svc", deployment, "authority", "plan", "show", id]);
  if (user.admin !== true) return ok({ words: BY_AN_ADMIN, command });
  if (kind === "migration") return ok({ words: IN_A_TERMINAL, command });
  const decided = (await authority.decide(deployment, id, {
    verb: "accept-update",
    by: byOf(user),
    reason: "approved with a login",
  })).take();
  if (!isErr(decided) || decided.error.code === "plan_already_decided") return ok(undefined);
  return err(decided.error);
}

function byOf({ id, admin }: UserRecord): string {
  return principalText({ kind: admin === true ? "admin" : "user", id });
}

const BY_AN_ADMIN = "An admin has to approve what this app asks for.";
const IN_A_TERMINAL =
  "What this app asks for has consequences, so an admin decides it in a terminal.";
const PROOF_ENDED = {
  message: "how you sign in was changed meanwhile",
  hint: "ask again in the app or the terminal for a new link, and sign in anew",
};
const TAKEN = {
  message: "the name of this app belongs to something that is no app",
  hint: "whoever has made it gives it another name",
};
const DISABLED = { message: "you may not log in any more", hint: "ask whoever runs Trellis here" };

function failed({ message, hint }: Pick<AuthorityError, "message" | "hint">): Decision {
  return { kind: "failed", message, hint };
}
