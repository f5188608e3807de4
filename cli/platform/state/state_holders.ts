import { parseCallerToken } from "../../../contracts/identity/caller.ts";
import { StateError } from "../../../contracts/errors/state_error.ts";
import { TrellisError } from "../../../contracts/errors/trellis_error.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { Authority } from "../../../reconcile/authority/authority.ts";
import { standingOf } from "../../../runtime/platform/standing.ts";
import type { SessionStore } from "../../../runtime/platform/session_store.ts";
import { mayHold, type StateHolder } from "../../../runtime/platform/state/state_place.ts";
import type { Caller } from "../../../runtime/rpc/request_context.ts";
import { FreshAnswers } from "../../../runtime/session/fresh_answers.ts";
import type { StateContracts } from "./state_contracts.ts";

/** The sessions of a secured server, and the time by which they end. */
export interface KnownSessions {
  readonly sessions: Pick<SessionStore, "get">;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Says whose state a caller reads and writes. */
export type HolderOf = (caller: Caller) => Promise<Result<StateHolder, StateError>>;

/**
 * Callers of a secured server. Who they are, and of which contract, their session says; looked up about once a
 * second. A session may outlast the code that opened it, and two versions of an app may share one: so of the
 * digests that may run for its contract a caller says which one it runs.
 */
export function sessionHolders(
  sessions: KnownSessions,
  contracts: StateContracts,
): HolderOf {
  const answers = new FreshAnswers<Result<StateHolder, StateError>>();
  return (caller) =>
    answers.get(
      `${caller.session} ${caller.contractDigest}`,
      () => readable(() => sessionHolder(caller, sessions, contracts)),
    );
}

async function sessionHolder(
  { session, principal: { kind }, contractDigest }: Caller,
  { sessions, now }: KnownSessions,
  contracts: StateContracts,
): Promise<Result<StateHolder, StateError>> {
  if (!mayHold({ kind })) return err(noHolder(kind));
  const standing = standingOf(await sessions.get(session), now());
  if (standing.kind === "limbo") return err(noSession());
  const { principal, contract } = standing.record;
  if (!mayHold(principal)) return err(noHolder(principal.kind));
  if (contract === undefined) return err(noContract("the caller's session was opened for no app"));
  const { id, digest } = contract;
  for (const running of new Set([contractDigest ?? digest, digest])) {
    const found = await contracts.at({ id, digest: running });
    if (found !== undefined) return ok({ principal, contract: found });
  }
  return err(noContract(`${id} is not accepted as this app has it`));
}

/**
 * Callers of an open server, which checks nobody: who they say that they are, with the contract that was
 * accepted with the digest that they say they run.
 */
export function claimedHolders(
  authority: Pick<Authority, "list">,
  contracts: StateContracts,
): HolderOf {
  const answers = new FreshAnswers<string | undefined>();
  const contractOf = (digest: string) =>
    answers.get(digest, async () => {
      const records = (await authority.list()).orThrow();
      return records.find(({ desired }) => desired?.digests.includes(digest))?.desired?.needs
        .contract;
    });
  return ({ session, contractDigest: digest }) =>
    readable(async () => {
      const principal = parseCallerToken(session)?.principal;
      if (principal === undefined || !mayHold(principal)) return err(noClaim());
      const id = digest === undefined ? undefined : await contractOf(digest);
      const contract = digest === undefined || id === undefined
        ? undefined
        : await contracts.at({ id, digest });
      return contract === undefined
        ? err(noContract("the caller's contract is not accepted"))
        : ok({ principal, contract });
    });
}

/** What cannot be read at the moment is no bug. */
async function readable(
  read: () => Promise<Result<StateHolder, StateError>>,
): Promise<Result<StateHolder, StateError>> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof RangeError) throw cause;
    return err(
      new StateError({
        reason: "unavailable",
        message: `it cannot be looked up whose state is meant${
          cause instanceof TrellisError ? `: ${cause.message}` : ""
        }`,
        hint: "try again in a moment",
        cause,
      }),
    );
  }
}

function noHolder(kind: string): StateError {
  return new StateError({
    reason: "no_principal",
    message: "only users, devices and agents have state",
    hint: kind === "service"
      ? "keep what belongs to a service in resources.kv"
      : "connect as a user, with a session that was opened for the app",
  });
}

function noSession(): StateError {
  return new StateError({
    reason: "no_principal",
    message: "the caller's session is over, or waits for approval",
    hint: "log in again",
  });
}

function noContract(message: string): StateError {
  return new StateError({
    reason: "no_contract",
    message: `${message}, so it has no state`,
    hint: "run an app whose contract declares state, and have that contract accepted",
  });
}

function noClaim(): StateError {
  return new StateError({
    reason: "no_principal",
    message: "this server checks nobody, and the caller does not say whose state it means",
    hint: 'connect with { unverifiedId: "ada" }, or use a secured server',
  });
}
