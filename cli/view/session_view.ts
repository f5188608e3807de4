import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import type { LiveSession } from "../../runtime/platform/nats/live_sessions.ts";
import { namedText, type UserNames } from "../program/person_text.ts";
import { relativeTime } from "../terminal/relative_time.ts";
import type { Style } from "../terminal/style.ts";
import { type Column, table } from "../terminal/table.ts";
import type { Screen } from "../terminal/terminal.ts";

/** A session as it is shown. */
export interface ShownSession {
  readonly session: string;
  readonly record: Omit<SessionRecord, "format" | "publicKey">;
  readonly connections: readonly Pick<LiveSession, "client" | "host" | "since">[];
}

/** How a session stands. */
export type SessionState = "live" | "away" | "waits" | "revoked" | "expired";

/** How a session stands at a moment. */
export function sessionState(
  { record, connections }: ShownSession,
  now: number,
): SessionState {
  if (record.revokedAt !== undefined) return "revoked";
  const { expiresAt } = record;
  if (expiresAt !== undefined && !(Date.parse(expiresAt) > now)) return "expired";
  if (record.pending) return "waits";
  return connections.length > 0 ? "live" : "away";
}

/** A session for a program. */
export function sessionJson(listed: ShownSession, names: UserNames, now: number): object {
  const { session, record, connections } = listed;
  const { principal, actsFor, deployment, contract, createdAt, expiresAt, revokedAt, revokedBy } =
    record;
  return {
    session,
    principal: { kind: principal.kind, id: principal.id },
    name: names.get(principal.id),
    actsFor: actsFor && { id: actsFor, name: names.get(actsFor) },
    state: sessionState(listed, now),
    createdAt,
    deployment,
    contract,
    expiresAt,
    revokedAt,
    revokedBy,
    connections: connections.map(({ client, host, since }) => ({ client, host, since })),
  };
}

/** Sessions as a table; empty when there are none. */
export function sessionsText(
  sessions: readonly ShownSession[],
  names: UserNames,
  now: number,
  { columns, style }: Screen,
): string {
  return table(
    sessions,
    [
      { heading: "principal", cell: ({ record }) => namedText(record.principal, names) },
      { heading: "session", cell: ({ session }) => session, whole: true },
      { heading: "since", cell: ({ record }) => relativeTime(record.createdAt, now), whole: true },
      stateColumn(now, style),
    ],
    columns,
    style,
  );
}

/** The column that says how a session stands at a moment. */
export function stateColumn(now: number, style: Style): Column<ShownSession> {
  const { green, dim, yellow, red } = style;
  const paint = { live: green, away: dim, waits: yellow, revoked: red, expired: yellow };
  return {
    heading: "state",
    cell: (listed) => stateText(listed, now),
    paint: (listed) => paint[sessionState(listed, now)],
    whole: true,
  };
}

function stateText(listed: ShownSession, now: number): string {
  const state = sessionState(listed, now);
  const { record, connections } = listed;
  if (state === "live") return `live, ${counted(connections.length, "connection")}`;
  if (state === "waits") return "waits for activation";
  if (state !== "revoked") return state;
  return record.revokedBy === undefined ? state : `revoked by ${record.revokedBy}`;
}

/** A number with its noun. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
