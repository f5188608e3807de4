import { isPrincipalId, type Principal, PRINCIPAL_KINDS } from "../../contracts/identity/caller.ts";
import { ValidationError } from "../../contracts/errors/validation_error.ts";
import { isRecord } from "../../contracts/json/json.ts";
import { sdk as auth } from "../../contracts/platform/auth_sdk.ts";
import type { MeResponse, SessionsListRequest } from "../../contracts/platform/models/index.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { SessionContract, SessionRecord } from "../../contracts/stored/session_record.ts";
import type { RequestContext } from "../rpc/request_context.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import {
  isOwnSession,
  MOST_TOLD,
  type OpenConnection,
  openSessions,
  toldSessions,
} from "./open_sessions.ts";
import { serveContract, type ServedPlatform } from "./serve_contract.ts";

/** What answering `trellis.auth@v1` needs. Rejects when it cannot be read or written. */
export interface AuthPorts {
  /** The record of a session. */
  session(session: string): Promise<SessionRecord | undefined>;
  /** The contract that a session runs under; undefined for one that runs none. */
  contractOf(session: string): Promise<SessionContract | undefined>;
  /** The records of all sessions. */
  records(): Promise<readonly SessionRecord[]>;
  /** What is open of these at this moment, by session. */
  connectionsOf(
    sessions: readonly SessionRecord[],
  ): Promise<ReadonlyMap<string, readonly OpenConnection[]>>;
  /** Ends a session in somebody's name: its key lets nobody in any more. What is answered closes its connections. */
  end(session: string, by: Principal): Promise<() => Promise<void>>;
  /** Closes the connections of a session in somebody's name, and says how many there were; its key stays good. */
  disconnect(session: string, by: Principal): Promise<number>;
  /** Global keys of what somebody holds. */
  capabilitiesOf(principal: Principal): Promise<readonly string[]>;
  /** Milliseconds since 1970, by the clock that ends sessions. */
  now(): number;
  /** Told of what failed after the answer. */
  readonly onError: (cause: unknown) => void;
}

/** Milliseconds that an answer has to reach its caller, whose connection is closed then. */
const FAREWELL_MS = 100;

/** Serves `trellis.auth@v1` on a connection to a secured server. */
export function serveAuth(messaging: NatsMessaging, ports: AuthPorts): ServedPlatform {
  return serveContract(messaging, auth, {
    "Auth.Sessions.Me": async (_input, { caller }) => {
      const record = await ports.session(caller.session);
      if (record === undefined) return err(noSession());
      return ok(describe(record, caller.session, await ports.capabilitiesOf(record.principal)));
    },
    "Auth.Sessions.Logout": async (_input, { caller: { session, principal } }) => {
      const { kind, id } = principal;
      if (kind === "anonymous") return err(noSession());
      closeLater(await ports.end(session, { kind, id }), ports);
      return ok({});
    },
    "Auth.Sessions.List": async (input, { caller: { session, principal } }) => {
      const { kind, id } = principal;
      if (kind === "anonymous") return err(noSession());
      // Its schema has let nothing else through.
      const { everybody, sessions, principals, after } = input as SessionsListRequest;
      if (everybody && kind !== "admin") return err(noAdmin());
      const records =
        await (sessions === undefined ? ports.records() : recordsOf(new Set(sessions), ports));
      const own = everybody ? undefined : { kind, id };
      const open = openSessions(records, { own, principals, after }, ports.now());
      const connections = await ports.connectionsOf(open.slice(0, MOST_TOLD));
      return ok(toldSessions(open, connections, session));
    },
    "Auth.Sessions.Revoke": async (input, { caller }) => {
      const meant = (await meantSession(input, caller, ports)).take();
      if (isErr(meant)) return err(meant.error);
      const { session, by } = meant;
      const close = await ports.end(session, by);
      if (session === caller.session) closeLater(close, ports);
      else await close();
      return ok({});
    },
    "Auth.Sessions.Disconnect": async (input, { caller }) => {
      const meant = (await meantSession(input, caller, ports)).take();
      if (isErr(meant)) return err(meant.error);
      const { session, by } = meant;
      if (session !== caller.session) return ok({ closed: await ports.disconnect(session, by) });
      closeLater(() => ports.disconnect(session, by), ports);
      return ok({ closed: 1 });
    },
    "Auth.Sessions.Contract": async (input) => {
      // Its schema has let only the name of a session through.
      const session = isRecord(input) ? String(input.session) : "";
      const contract = await ports.contractOf(session);
      return ok(contract === undefined ? {} : { contract: { ...contract } });
    },
    "Auth.Capabilities.List": async (input) => {
      const principal = principalOf(input);
      if (principal.isErr()) return err(principal.error);
      return ok({ capabilities: [...await ports.capabilitiesOf(principal.value)] });
    },
  });
}

async function recordsOf(
  sessions: Iterable<string>,
  ports: Pick<AuthPorts, "session">,
): Promise<readonly SessionRecord[]> {
  const read = await Promise.all(Array.from(sessions, (session) => ports.session(session)));
  return read.filter((record) => record !== undefined);
}

/** The connections of the caller's own session, when they have the answer. */
function closeLater(close: () => Promise<unknown>, { onError }: Pick<AuthPorts, "onError">): void {
  setTimeout(() => close().catch(onError), FAREWELL_MS);
}

/** The session that is named, if it is the caller's to end: one of their own, or any for an admin. */
async function meantSession(
  input: unknown,
  { principal: { kind, id } }: RequestContext["caller"],
  ports: Pick<AuthPorts, "session">,
): Promise<Result<{ readonly session: string; readonly by: Principal }, ValidationError>> {
  if (kind === "anonymous") return err(noSession());
  const session = isRecord(input) ? String(input.session) : "";
  const record = await ports.session(session);
  const isMeant = record !== undefined && (kind === "admin" || isOwnSession(record, { kind, id }));
  // Whether others have it is not said.
  return isMeant ? ok({ session, by: { kind, id } }) : err(noOwnSession());
}

function describe(
  { principal, contract, createdAt, expiresAt }: SessionRecord,
  session: string,
  capabilities: readonly string[],
): MeResponse {
  return {
    principal: { ...principal },
    session,
    capabilities: [...capabilities],
    createdAt,
    ...(contract === undefined ? {} : { contract: { ...contract } }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function principalOf(input: unknown): Result<Principal, ValidationError> {
  const asked = isRecord(input) && isRecord(input.principal) ? input.principal : {};
  const { kind, id } = asked;
  const known = PRINCIPAL_KINDS.find((name) => name === kind);
  if (known !== undefined && typeof id === "string" && isPrincipalId(id)) {
    return ok({ kind: known, id });
  }
  const issues = [{ path: "/principal", message: "is nobody who can be" }];
  return err(new ValidationError({ subject: "the input of Auth.Capabilities.List", issues }));
}

function noAdmin(): ValidationError {
  const issues = [{ path: "/everybody", message: "is for admins" }];
  return new ValidationError({ subject: "the input of Auth.Sessions.List", issues });
}

function noOwnSession(): ValidationError {
  const issues = [{ path: "/session", message: "is no session of the caller's own" }];
  return new ValidationError({ subject: "the input of Auth.Sessions.Revoke", issues });
}

function noSession(): ValidationError {
  const issues = [{ path: "", message: "the caller has no session with a key of its own" }];
  return new ValidationError({ subject: "the caller", issues });
}
