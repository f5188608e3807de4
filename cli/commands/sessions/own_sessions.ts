import type { Principal } from "../../../contracts/identity/caller.ts";
import type {
  OpenSession,
  SessionsListResponse,
} from "../../../contracts/platform/models/index.ts";
import { isErr, type Result } from "../../../contracts/result.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { connectLogin } from "../../program/connect_login.ts";
import type { ExitCode } from "../../program/exit_code.ts";
import { userNames } from "../../program/named_users.ts";
import { notSecured } from "../../program/not_secured.ts";
import type { UserNames } from "../../program/person_text.ts";
import { serverOf } from "../../program/server_of_command.ts";
import type { ShownSession } from "../../view/session_view.ts";
import { askAuth } from "../login/own_session.ts";
import { keysFor } from "./with_sessions.ts";

/** What somebody who has logged in does about sessions: with those of their own, an admin with all. */
export interface OwnSessions {
  readonly principal: Principal;
  readonly names: UserNames;
  /** Those that may come in, the newest first, and how many there are. */
  list(): Promise<Result<SessionsListResponse, ExplainedError>>;
  /** Errors: `not_found`. */
  revoke(session: string): Promise<Result<void, ExplainedError>>;
  /** Errors: `not_found`. */
  disconnect(session: string): Promise<Result<void, ExplainedError>>;
}

/**
 * Runs a command by the login of the person at this machine. Undefined where the keys of the deployment are
 * at hand, or named, or nobody is logged in.
 */
export async function withOwnSessions(
  keys: string | undefined,
  context: CommandContext,
  run: (own: OwnSessions) => Promise<ExitCode>,
): Promise<ExitCode | undefined> {
  if (keys !== undefined) return undefined;
  const server = (await serverOf(context)).take();
  if (isErr(server)) return failed(context, server.error);
  const { url, login } = server;
  if (login === undefined || (await keysFor(undefined, context)).isOk()) return undefined;
  const link = (await connectLogin(url, login.key)).take();
  if (isErr(link)) return failed(context, link.error);
  const { principal } = link;
  await using messaging = link.messaging;
  if (principal === undefined) return failed(context, notSecured(url));
  const isAdmin = principal.kind === "admin";
  const names = isAdmin
    ? (await userNames(messaging.connection)).take()
    : new Map([[principal.id, login.name]]);
  if (isErr(names)) return failed(context, names.error);
  return await run(ownSessions(principal, names, messaging));
}

function ownSessions(
  principal: Principal,
  names: UserNames,
  messaging: NatsMessaging,
): OwnSessions {
  const everybody = principal.kind === "admin";
  return {
    principal,
    names,
    async list() {
      const answer = await askAuth("Auth.Sessions.List", { everybody }, messaging);
      // The call has checked it.
      return answer.map((value) => value as SessionsListResponse);
    },
    async revoke(session) {
      return (await askAuth("Auth.Sessions.Revoke", { session }, messaging)).map(() => {});
    },
    async disconnect(session) {
      return (await askAuth("Auth.Sessions.Disconnect", { session }, messaging)).map(() => {});
    },
  };
}

/** A session as it is shown. Its principal is one: the platform has said so. */
export function shownSession(
  { session, principal, connections, ...record }: OpenSession,
): ShownSession {
  const { pending, isCurrent: _, ...rest } = record;
  return {
    session,
    record: { ...rest, ...(pending ? { pending } : {}), principal: principal as Principal },
    connections,
  };
}
