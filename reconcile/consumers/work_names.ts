import { ancestryOf } from "../records/ancestry.ts";
import type { ByKey, Needs } from "../needs/need_types.ts";
import type { BoundWork } from "../records/authority_record.ts";
import { workKeys } from "./work_row.ts";

/**
 * How each group, projection and relay is called on the server: as it was when it was made, so that a rename
 * keeps where it stands; and a new one as it is declared, unless another one is called so there. A queue is
 * called as it is declared: what waits in one that was removed is there when it comes back.
 *
 * @param known what the record says, by kind and name on the server
 * @param accepted needs of the versions that no reconcile has seen yet, oldest first
 */
export function workNames(
  known: ByKey<BoundWork>,
  accepted: readonly Needs[],
): ReadonlyMap<string, string> {
  const needs = accepted.at(-1);
  const names = new Map<string, string>();
  if (needs === undefined) return names;
  const keys = new Map([...workKeys(needs)].filter(([key]) => !isQueue(kindOf(key))));
  for (const [key, name] of keys) {
    const kind = kindOf(key);
    // By what it was declared as, its name on the server.
    const seen = new Map(
      Object.entries(known).filter(([place]) => kindOf(place) === kind)
        .map(([place, { alias }]) => [alias, place.slice(kind.length + 1)]),
    );
    const { origin } = ancestryOf(kind === "group" ? "group" : "kv", name, accepted, seen);
    const physical = origin === undefined ? undefined : seen.get(origin);
    if (physical !== undefined) names.set(key, physical);
  }
  const taken = new Set(Object.keys(known));
  for (const [key, name] of keys) {
    if (names.has(key)) continue;
    const kind = kindOf(key);
    let free = name;
    for (let next = 2; taken.has(`${kind}/${free}`); next++) free = `${name}_${next}`;
    taken.add(`${kind}/${free}`);
    names.set(key, free);
  }
  return names;
}

function isQueue(kind: string): boolean {
  return kind === "job" || kind === "operation";
}

function kindOf(key: string): string {
  return key.slice(0, key.indexOf("/"));
}
