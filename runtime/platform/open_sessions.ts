import { type Principal, sessionOf } from "../../contracts/identity/caller.ts";
import type {
  OpenSession,
  SessionsListRequest,
  SessionsListResponse,
} from "../../contracts/platform/models/index.ts";
import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import { standingOf } from "./standing.ts";

/** A connection of a session. */
export type OpenConnection = Readonly<OpenSession["connections"][number]>;

/** Sessions in one answer, which must fit into a message. */
export const MOST_TOLD = 500;

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

/** Which sessions somebody asks for. */
export interface AskedSessions extends Pick<SessionsListRequest, "principals" | "after"> {
  /** Whose own they are to be; undefined for those of all. */
  readonly own?: Principal;
}

/** Those that may come in, or wait for it, and are asked for; the newest first. */
export function openSessions(
  listed: readonly SessionRecord[],
  { own, principals, after }: AskedSessions,
  now: number,
): readonly SessionRecord[] {
  const isAsked = (record: SessionRecord) =>
    (own === undefined || isOwnSession(record, own)) &&
    (principals?.some(({ kind, id }) =>
      kind === record.principal.kind && id === record.principal.id
    ) ?? true) &&
    (after === undefined || isBehind(after, record)) &&
    standingOf({ ...record, pending: undefined }, now).kind === "known";
  return listed.filter(isAsked).sort((a, b) => isBehind(placeOf(b), a) ? 1 : -1);
}

/** What whoever asks is told of sessions. */
export function toldSessions(
  open: readonly SessionRecord[],
  connections: ReadonlyMap<string, readonly OpenConnection[]>,
  current: string,
): SessionsListResponse {
  const sessions = open.slice(0, MOST_TOLD).map((record) => {
    const session = sessionOf(record.publicKey);
    return openSession(session, record, connections.get(session) ?? [], current);
  });
  return { sessions, count: open.length };
}

/** Where a session stands among all. */
type Place = NonNullable<SessionsListRequest["after"]>;

/** What was opened earlier, and of the same moment what has the later name: that is computed for these only. */
function isBehind(place: Place, { createdAt, publicKey }: SessionRecord): boolean {
  return createdAt === place.createdAt
    ? sessionOf(publicKey) > place.session
    : createdAt < place.createdAt;
}

function placeOf({ createdAt, publicKey }: SessionRecord): Place {
  return {
    createdAt,
    get session() {
      return sessionOf(publicKey);
    },
  };
}

function openSession(
  session: string,
  record: SessionRecord,
  connections: readonly OpenConnection[],
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
