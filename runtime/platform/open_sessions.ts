import type { Principal } from "../../contracts/identity/caller.ts";
import type { OpenSession, SessionsListResponse } from "../../contracts/platform/models/index.ts";
import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import { standingOf } from "./standing.ts";

/** A session as it is stored, and its connections. */
export interface StoredSession {
  readonly session: string;
  readonly record: SessionRecord;
  readonly connections: readonly OpenSession["connections"][number][];
}

/** Sessions in one answer, which must fit into a message. */
const MOST = 500;

/**
 * Whether a session is somebody's own: of the same principal; a person's are also those as an admin, and those
 * of agents that act for them.
 */
export function isOwnSession(
  { principal, actsFor }: Pick<SessionRecord, "principal" | "actsFor">,
  { kind, id }: Principal,
): boolean {
  const isPerson = (kind: string) => kind === "user" || kind === "admin";
  if (isPerson(kind)) return actsFor === id || isPerson(principal.kind) && principal.id === id;
  return principal.kind === kind && principal.id === id;
}

/** What whoever asks is told of sessions that may come in, or wait for it. */
export function openSessions(
  listed: readonly StoredSession[],
  { current, now }: { readonly current: string; readonly now: number },
): SessionsListResponse {
  const open = listed.filter(({ record }) =>
    standingOf({ ...record, pending: undefined }, now).kind === "known"
  );
  return {
    sessions: open.slice(0, MOST).map((stored) => openSession(stored, current)),
    count: open.length,
  };
}

function openSession(
  { session, record, connections }: StoredSession,
  current: string,
): OpenSession {
  const { principal, contract, actsFor, pending, createdAt, expiresAt } = record;
  return {
    session,
    principal: { ...principal },
    isCurrent: session === current,
    ...(contract === undefined ? {} : { contract: { ...contract } }),
    ...(actsFor === undefined ? {} : { actsFor }),
    ...(pending === undefined ? {} : { pending }),
    createdAt,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    connections: connections.map(({ client, host, since }) => ({ client, host, since })),
  };
}
