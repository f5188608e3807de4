import type { ByKey } from "../needs/need_types.ts";
import { getOwn, unionOfKeys } from "./diff_report.ts";

/** What became of the resource behind an alias. */
export type Pair<V> =
  | { readonly kind: "added"; readonly key: string; readonly to: V }
  | { readonly kind: "removed"; readonly key: string; readonly from: V }
  | { readonly kind: "kept"; readonly key: string; readonly from: V; readonly to: V }
  | {
    readonly kind: "renamed";
    readonly key: string;
    readonly fromKey: string;
    readonly from: V;
    readonly to: V;
  };

/**
 * Finds for each alias what it was before, by sorted alias. A rename is one only when the new alias
 * names an alias that was accepted and is gone: anything else would show a loss as a rename.
 */
export function pairByAlias<V extends { readonly renamedFrom?: string }>(
  before: ByKey<V> | undefined,
  after: ByKey<V>,
): readonly Pair<V>[] {
  const keys = unionOfKeys(before, after);
  const taken = new Map<string, string>();
  for (const key of keys) {
    const old = getOwn(before, key) === undefined ? getOwn(after, key)?.renamedFrom : undefined;
    if (old === undefined || taken.has(old)) continue;
    if (getOwn(before, old) !== undefined && getOwn(after, old) === undefined) taken.set(old, key);
  }
  return keys.flatMap((key): Pair<V>[] => {
    const from = getOwn(before, key);
    const to = getOwn(after, key);
    if (to === undefined) {
      return from === undefined || taken.has(key) ? [] : [{ kind: "removed", key, from }];
    }
    if (from !== undefined) return [{ kind: "kept", key, from, to }];
    const fromKey = to.renamedFrom;
    const old = fromKey !== undefined && taken.get(fromKey) === key
      ? getOwn(before, fromKey)
      : undefined;
    return fromKey === undefined || old === undefined
      ? [{ kind: "added", key, to }]
      : [{ kind: "renamed", key, fromKey, from: old, to }];
  });
}
