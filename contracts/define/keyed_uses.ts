import { isRecord } from "../json/json.ts";
import { appendPointer } from "../json/json_pointer.ts";
import type { ContractManifest } from "../manifest/manifest.ts";
import type { Mistake } from "../manifest/mistake.ts";

/**
 * Events of used contracts that have no params, in groups whose events are in order by their first param. Own
 * events are looked at with the rest of the manifest.
 */
export function keyedUses(
  body: Readonly<Record<string, unknown>>,
  used: ReadonlyMap<string, { readonly contract: { readonly manifest: ContractManifest } }>,
): readonly Mistake[] {
  const groups = isRecord(body.eventConsumers) ? body.eventConsumers : {};
  return Object.entries(groups).flatMap(([group, declared]) => {
    if (!isRecord(declared) || declared.ordering !== "key" || !isRecord(declared.uses)) return [];
    return Object.entries(declared.uses).flatMap(([alias, names]) => {
      const events = used.get(alias)?.contract.manifest.events ?? {};
      return (Array.isArray(names) ? names : []).flatMap((name, index): readonly Mistake[] => {
        const event = typeof name === "string" && Object.hasOwn(events, name)
          ? events[name]
          : undefined;
        if (event === undefined || (event.params ?? []).length > 0) return [];
        return [{
          code: "param.unknown",
          path: appendPointer("/eventConsumers", group, "uses", alias, index),
          message: "has no params, and the first one is its key",
          fix: 'consume it in a group of its own, with ordering "strict" or "none"',
        }];
      });
    });
  });
}
