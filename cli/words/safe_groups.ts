import type { Change } from "../../reconcile/changes/change.ts";
import { placeWords } from "./change_place.ts";

/** Changes that are told together; there is at least one. */
export type ChangeGroup = readonly [Change, ...Change[]];

/** Safe changes as they are told: what is added stands together by its code, all else alone. */
export function safeGroups(changes: readonly Change[]): readonly ChangeGroup[] {
  const groups = new Map<string, [Change, ...Change[]]>();
  for (const change of changes) {
    // The code alone would put new RPCs and new events into one group.
    const { topic } = placeWords(change);
    const key = change.op === "add" ? `${change.code} ${topic}` : `${change.code} ${change.path}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  return [...groups.values()];
}
