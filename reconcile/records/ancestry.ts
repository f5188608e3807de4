import type { ByKey, Needs } from "../needs/need_types.ts";
import type { ResourceKind } from "../resources/kinds.ts";

/** Where an alias comes from. */
export interface Ancestry {
  /** What it was called when a reconcile saw it last; undefined: it is new. */
  readonly origin: string | undefined;
  /** All names that it had since, the latest first. */
  readonly former: readonly string[];
}

/**
 * Follows an alias back through renames, to what the last reconcile knew it as. A rename is one only
 * where the name before was there, and gone afterwards.
 *
 * @param accepted needs of the versions that no reconcile has seen yet, oldest first
 * @param seen aliases that the last reconcile knew
 */
export function ancestryOf(
  kind: ResourceKind | "group",
  alias: string,
  accepted: readonly Needs[],
  seen: { has(alias: string): boolean },
): Ancestry {
  const named = (needs: Needs | undefined): ByKey<{ readonly renamedFrom?: string }> | undefined =>
    kind === "group" ? needs && (needs.consumers ?? {}) : needs?.resources[kind];
  const former: string[] = [];
  let current = alias;
  for (let index = accepted.length - 1; index >= 0; index--) {
    const after = named(accepted[index]) ?? {};
    const before = named(accepted[index - 1]);
    const wasThere = (name: string) => before !== undefined && Object.hasOwn(before, name);
    if (before === undefined ? seen.has(current) : wasThere(current)) continue;
    const from = Object.hasOwn(after, current) ? after[current]?.renamedFrom : undefined;
    if (from === undefined || Object.hasOwn(after, from)) return { origin: undefined, former };
    if (before !== undefined && !wasThere(from)) return { origin: undefined, former };
    // A name may come back on the way.
    if (from !== alias && !former.includes(from)) former.push(from);
    current = from;
  }
  return { origin: current, former };
}
