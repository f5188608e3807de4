import type { ResourceKind } from "../resources/kinds.ts";
import { type BucketSettings, settingsOf } from "../resources/settings.ts";
import type { ByKey, Needs } from "./need_types.ts";

/** The settings that needs ask for under an alias; undefined when they do not ask for it. */
export function requestedSettings(
  kind: ResourceKind,
  { resources }: Needs,
  alias: string,
): BucketSettings | undefined {
  const needs: ByKey<Parameters<typeof settingsOf>[1]> = resources[kind];
  const need = Object.hasOwn(needs, alias) ? needs[alias] : undefined;
  return need && settingsOf(kind, need);
}
