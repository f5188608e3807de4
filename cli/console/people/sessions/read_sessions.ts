import { sessionOf } from "../../../../contracts/identity/caller.ts";
import type { SessionsListResponse } from "../../../../contracts/platform/models/index.ts";
import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import type { SessionRecord } from "../../../../contracts/stored/session_record.ts";
import { askAuth } from "../../../commands/login/own_session.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { type SessionState, sessionState, type ShownSession } from "../../../view/session_view.ts";
import type { Visitor } from "../../visitor.ts";
import { visitorSessions } from "../parts/visitor_parts.ts";

/** A session, its connections, and how it stands. */
export interface KnownSession extends ShownSession {
  readonly record: SessionRecord;
  readonly state: SessionState;
}

/** All sessions of a server. */
export interface AllSessions {
  /** The newest first. */
  readonly sessions: readonly KnownSession[];
  /** Why it is not known of each whether it is connected; missing where it is. */
  readonly gap?: string;
}

/**
 * Reads all sessions, with what is connected at this moment. That is asked of the server, which takes a third
 * of a second: a page that does not show it leaves it out.
 */
export async function readSessions(
  visitor: Visitor,
  { connections: isAsked }: { readonly connections: boolean },
): Promise<Result<AllSessions, ExplainedError>> {
  const records = (await visitorSessions(visitor)).take();
  if (isErr(records)) return records;
  const [listed, asked] = await Promise.all([
    records.list(),
    isAsked ? askAuth("Auth.Sessions.List", { everybody: true }, visitor.messaging) : undefined,
  ]);
  const all = listed.take();
  if (isErr(all)) return all;
  // The call has checked it.
  const open = asked?.isOk() ? asked.value as SessionsListResponse : undefined;
  const connected = new Map(
    open?.sessions.map(({ session, connections }) => [session, connections]),
  );
  const now = Date.now();
  const sessions = all.map((record): KnownSession => {
    const session = sessionOf(record.publicKey);
    const shown = { session, record, connections: connected.get(session) ?? [] };
    return { ...shown, state: sessionState(shown, now) };
  }).sort((a, b) => b.record.createdAt.localeCompare(a.record.createdAt));
  const gap = !isAsked
    ? undefined
    : open === undefined
    ? "No Trellis process says who is connected, so everybody is shown as away."
    : open.count > open.sessions.length
    ? `Who is connected is known of the newest ${open.sessions.length} sessions that are open; ` +
      "older ones are shown as away."
    : undefined;
  return ok({ sessions, ...(gap === undefined ? {} : { gap }) });
}

/** Sessions that may come in, or wait for it. */
export function openOnes(sessions: readonly KnownSession[]): readonly KnownSession[] {
  return sessions.filter(({ state }) => state !== "revoked" && state !== "expired");
}

/** Sessions of a person: their own, as user and as admin, and those of agents that act for them. */
export function sessionsOfPerson(
  id: string,
  sessions: readonly KnownSession[],
): { readonly own: readonly KnownSession[]; readonly ofAgents: readonly KnownSession[] } {
  const isPerson = (kind: string) => kind === "user" || kind === "admin";
  return {
    own: sessions.filter(({ record: { principal } }) =>
      isPerson(principal.kind) && principal.id === id
    ),
    ofAgents: sessions.filter(({ record }) => record.actsFor === id),
  };
}
