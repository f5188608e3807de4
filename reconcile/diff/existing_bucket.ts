import type { JsonValue } from "../../contracts/json/json.ts";
import type { AdoptableBucket, DiffContext } from "./diff_context.ts";
import type { ByKey } from "../needs/need_types.ts";
import { resourceKey, type ResourceKind } from "../resources/kinds.ts";

/** Says whose a bucket is that would be taken over. */
export function ownerReason({ name, owner }: AdoptableBucket): string {
  return owner === undefined
    ? `${name} exists and was not made by Trellis`
    : `${name} exists and belongs to the deployment ${owner.deployment}`;
}

/** Says what comes back with a bucket that was kept, as `3 values`. */
export function reattachedReason(
  { name, values }: AdoptableBucket,
  noun: "value" | "object",
): string {
  const count = values === 0 ? `no ${noun}s` : values === 1 ? `1 ${noun}` : `${values} ${noun}s`;
  return `${name} was kept, and its old data is there again: ${count}`;
}

/** Says where the data is that a new alias asks for by the name of a retired one. */
export function retiredDataReason({ name }: AdoptableBucket, former: string): string {
  return `${former} is retired, its data is in ${name}, and the new alias would not have it`;
}

/** What was kept of the alias that a new one says it was renamed from. */
export function keptInPlace<V extends { readonly renamedFrom?: string }>(
  kind: ResourceKind,
  { renamedFrom }: V,
  after: ByKey<V>,
  existing: DiffContext["existing"],
): { readonly former: string; readonly found: AdoptableBucket } | undefined {
  if (renamedFrom === undefined || Object.hasOwn(after, renamedFrom)) return undefined;
  const found = existing?.get(resourceKey(kind, renamedFrom));
  return found?.kept === true ? { former: renamedFrom, found } : undefined;
}

/** A bucket that would be taken over, for a person. */
export function describeExisting({ name, owner, values, bytes }: AdoptableBucket): JsonValue {
  return { name, owner: owner?.deployment ?? null, values, bytes };
}
