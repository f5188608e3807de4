import { isSession, sessionOf } from "../../../../contracts/identity/caller.ts";
import type { SessionsListResponse } from "../../../../contracts/platform/models/index.ts";
import { err, isErr, ok, type Result } from "../../../../contracts/result.ts";
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

/** Sessions, and who of them is there. */
export interface SeenSessions {
  readonly sessions: readonly KnownSession[];
  /** Why it is not known of each whether it is connected; missing where it is. */
  readonly gap?: string;
}

/** Sessions that are asked about at once. */
const MOST_SEEN = 500;

/** Reads the sessions that are meant, the newest first. Whether they are connected is not asked: {@link whoIsThere}. */
export async function readSessions(
  visitor: Visitor,
  isMeant?: (record: SessionRecord) => boolean,
): Promise<Result<readonly KnownSession[], ExplainedError>> {
  const records = (await visitorSessions(visitor)).take();
  if (isErr(records)) return records;
  const now = Date.now();
  return (await records.list(isMeant)).map((listed) =>
    listed.map((record) => known(record, [], now))
      .sort((a, b) => a.record.createdAt < b.record.createdAt ? 1 : -1)
  );
}

/** Reads one session in the same way. Errors: `not_found`. */
export async function readSession(
  name: string,
  visitor: Visitor,
): Promise<Result<KnownSession, ExplainedError>> {
  const records = (await visitorSessions(visitor)).take();
  if (isErr(records)) return records;
  const record = isSession(name) ? (await records.find(name)).take() : undefined;
  if (isErr(record)) return record;
  return record === undefined
    ? err({ code: "not_found", message: `there is no session ${name}` })
    : ok(known(record, [], Date.now()));
}

/** Looks which of the open ones among sessions are connected at this moment; that takes a third of a second. */
export async function whoIsThere(
  sessions: readonly KnownSession[],
  visitor: Visitor,
): Promise<SeenSessions> {
  const open = openOnes(sessions);
  if (open.length === 0) return { sessions };
  const names = open.slice(0, MOST_SEEN).map(({ session }) => session);
  const asked = { everybody: true, sessions: names };
  const answer = (await askAuth("Auth.Sessions.List", asked, visitor.messaging)).take();
  if (isErr(answer)) {
    const gap = "No Trellis process says who is connected, so everybody is shown as away.";
    return { sessions, gap };
  }
  // The call has checked it.
  const told = answer as SessionsListResponse;
  const connected = new Map(
    told.sessions.map(({ session, connections }) => [session, connections]),
  );
  const now = Date.now();
  const seen = sessions.map((one) => known(one.record, connected.get(one.session) ?? [], now));
  if (open.length === names.length) return { sessions: seen };
  const gap = `Who is connected is known of the newest ${names.length} sessions that are open; ` +
    "older ones are shown as away.";
  return { sessions: seen, gap };
}

function known(
  record: SessionRecord,
  connections: ShownSession["connections"],
  now: number,
): KnownSession {
  const shown = { session: sessionOf(record.publicKey), record, connections };
  return { ...shown, state: sessionState(shown, now) };
}

/** Sessions that may come in, or wait for it. */
export function openOnes(sessions: readonly KnownSession[]): readonly KnownSession[] {
  return sessions.filter(({ state }) => state !== "revoked" && state !== "expired");
}

/** Whether a session is a person's own, as user or as admin. */
export function isOfPerson({ principal: { kind, id } }: SessionRecord, person: string): boolean {
  return (kind === "user" || kind === "admin") && id === person;
}
