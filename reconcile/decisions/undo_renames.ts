import { err, ok, type Result } from "../../contracts/result.ts";
import { ancestryOf } from "../records/ancestry.ts";
import type { Needs } from "../needs/need_types.ts";
import { RESOURCE_KINDS } from "../resources/kinds.ts";

/** An alias that holds other data now than it did, so that going back would mix them up. */
export interface CrossedAlias {
  /** As `kv/orders`. */
  readonly resource: string;
  /** Alias that its data had in the version to go back to. */
  readonly was: string;
}

/**
 * The needs of an earlier version, saying of each alias what its data is called now, and of each group what
 * it is: going back over a rename then keeps the data, and the place, as the rename did.
 *
 * @param target needs of the version to go back to
 * @param since needs of all versions after it, oldest first
 */
export function undoRenames(target: Needs, since: readonly Needs[]): Result<Needs, CrossedAlias> {
  const current = since.at(-1);
  if (current === undefined) return ok(target);
  let needs = target;
  for (const kind of RESOURCE_KINDS) {
    const before = target.resources[kind];
    const seen = new Set(Object.keys(before));
    for (const alias of Object.keys(current.resources[kind]).sort()) {
      const { origin } = ancestryOf(kind, alias, since, seen);
      if (origin === undefined || origin === alias || !seen.has(origin)) continue;
      if (Object.hasOwn(current.resources[kind], origin)) {
        return err({ resource: `${kind}/${alias}`, was: origin });
      }
      const renamed = { ...needs.resources[kind][origin], renamedFrom: alias };
      const resources = { ...needs.resources[kind], [origin]: renamed };
      needs = { ...needs, resources: { ...needs.resources, [kind]: resources } };
    }
  }
  const { consumers: groups = {} } = target;
  const seen = new Set(Object.keys(groups));
  for (const name of Object.keys(current.consumers ?? {}).sort()) {
    const { origin } = ancestryOf("group", name, since, seen);
    if (origin === undefined || origin === name || !Object.hasOwn(groups, origin)) continue;
    if (Object.hasOwn(current.consumers ?? {}, origin)) {
      return err({ resource: `group/${name}`, was: origin });
    }
    const renamed = { ...groups[origin]!, renamedFrom: name };
    needs = { ...needs, consumers: { ...needs.consumers, [origin]: renamed } };
  }
  return ok(needs);
}
