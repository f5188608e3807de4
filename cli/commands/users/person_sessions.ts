import { sessionOf } from "../../../contracts/identity/caller.ts";
import type { SessionRecord } from "../../../contracts/stored/session_record.ts";
import { NatsSessionStore } from "../../../runtime/platform/nats/nats_session_store.ts";
import type { SessionStore } from "../../../runtime/platform/session_store.ts";
import { standingOf } from "../../../runtime/platform/standing.ts";
import { counted } from "../../view/session_view.ts";

/** What is open for a person. */
export interface PersonSessions {
  readonly store: SessionStore;
  /** Their own sessions. */
  readonly own: readonly SessionRecord[];
  /** Those of agents that act for them. */
  readonly ofAgents: readonly SessionRecord[];
}

/** Reads what is open for a person. Rejects when it cannot. */
export async function personSessions(
  id: string,
  connection: Parameters<typeof NatsSessionStore.open>[0],
): Promise<PersonSessions> {
  const store = await NatsSessionStore.open(connection);
  const now = Date.now();
  const open = (await store.list()).filter((record) => standingOf(record, now).kind === "known");
  return {
    store,
    own: open.filter(({ principal: { kind, id: of } }) =>
      (kind === "user" || kind === "admin") && of === id
    ),
    ofAgents: open.filter(({ actsFor }) => actsFor === id),
  };
}

/** Names of sessions. */
export function namesOf(records: readonly SessionRecord[]): readonly string[] {
  return records.map(({ publicKey }) => sessionOf(publicKey));
}

/** What is open for a person, in words, as `2 sessions of theirs and the agent helper`; empty for nothing. */
export function openText({ own, ofAgents }: Pick<PersonSessions, "own" | "ofAgents">): string {
  const agents = [...new Set(ofAgents.map(({ principal }) => principal.id))];
  return [
    ...(own.length === 0 ? [] : [`${counted(own.length, "session")} of theirs`]),
    ...(agents.length === 0
      ? []
      : [`the agent${agents.length === 1 ? "" : "s"} ${agents.join(", ")}`]),
  ].join(" and ");
}
