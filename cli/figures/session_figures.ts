import type { PrincipalKind } from "../../contracts/identity/caller.ts";
import { type SessionState, sessionState, type ShownSession } from "../view/session_view.ts";

/** Sessions of one kind of principal that stand in the same way. */
export interface SessionFigures {
  readonly kind: PrincipalKind;
  readonly state: Counted;
  readonly count: number;
}

/** Those that have ended are kept for a long time, and are no figure. */
const COUNTED = ["live", "away", "waits"] as const satisfies readonly SessionState[];
type Counted = typeof COUNTED[number];

/** Counts the sessions that have not ended, by the kind of who has them and how they stand. */
export function sessionFigures(
  sessions: readonly ShownSession[],
  now: number,
): readonly SessionFigures[] {
  const kinds = Map.groupBy(sessions, ({ record }) => record.principal.kind);
  return [...kinds].flatMap(([kind, all]) => {
    const states = Map.groupBy(all, (session) => sessionState(session, now));
    return COUNTED.map((state) => ({ kind, state, count: states.get(state)?.length ?? 0 }));
  });
}
