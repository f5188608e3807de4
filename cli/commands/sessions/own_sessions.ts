import { isSession, type Principal } from "../../../contracts/identity/caller.ts";
import type {
  OpenSession,
  SessionsListRequest,
  SessionsListResponse,
} from "../../../contracts/platform/models/index.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { connectLogin } from "../../program/connect_login.ts";
import type { ExitCode } from "../../program/exit_code.ts";
import { meantPrincipals, userNames } from "../../program/named_users.ts";
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
  /** All that a text means, the newest first: a session, or those of a principal, as `user:ada`. */
  meant(text: string): Promise<Result<SessionsListResponse, ExplainedError>>;
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
  const list = async (wanted: Omit<SessionsListRequest, "everybody"> = {}) => {
    const answer = await askAuth("Auth.Sessions.List", { everybody, ...wanted }, messaging);
    // The call has checked it.
    return answer.map((value) => value as SessionsListResponse);
  };
  return {
    principal,
    names,
    list: () => list(),
    async meant(text) {
      const wanted = isSession(text)
        ? { sessions: [text] }
        : { principals: [...meantPrincipals(text, names)] };
      const found: OpenSession[] = [];
      const known = new Set<string>();
      for (let isMore = true; isMore;) {
        const page = (await list({ ...wanted, after: placeOf(found.at(-1)) })).take();
        if (isErr(page)) return page;
        const { sessions, count } = page;
        // Older processes answer without regard to what is wanted.
        for (const session of sessions) {
          if (!isMeant(session, wanted) || known.has(session.session)) return err(notFiltered());
          known.add(session.session);
        }
        found.push(...sessions);
        isMore = sessions.length > 0 && count > sessions.length;
      }
      return ok({ sessions: found, count: found.length });
    },
    async revoke(session) {
      return (await askAuth("Auth.Sessions.Revoke", { session }, messaging)).map(() => {});
    },
    async disconnect(session) {
      return (await askAuth("Auth.Sessions.Disconnect", { session }, messaging)).map(() => {});
    },
  };
}

function placeOf(last: OpenSession | undefined): SessionsListRequest["after"] {
  return last && { session: last.session, createdAt: last.createdAt };
}

function isMeant(
  { session, principal: { kind, id } }: OpenSession,
  { sessions, principals }: Pick<SessionsListRequest, "sessions" | "principals">,
): boolean {
  return sessions?.includes(session) ??
    principals?.some((meant) => meant.kind === kind && meant.id === id) ?? true;
}

function notFiltered(): ExplainedError {
  return {
    code: "trellis.rpc.malformed_reply",
    message: "Auth.Sessions.List answers other sessions than those that are meant",
    hint: "a Trellis process of an older version runs there: update it",
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
