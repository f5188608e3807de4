/** The schemas that stored values may have been written with, before the present version. */
import type { JsonObject } from "../../contracts/json/json.ts";
import type { Needs } from "../needs/need_types.ts";
import type { EarlierVersion } from "./diff_context.ts";
import { getOwn } from "./diff_report.ts";
import { readableVersions } from "./state_versions.ts";

/** A schema of an earlier version; undefined where that cannot be read and may have had any. */
export interface EarlierSchema {
  readonly version: number;
  readonly schema: JsonObject | boolean | undefined;
}

/** The earlier schemas of the values of one place, newest first. */
export type SchemaHistory = (
  earlier: readonly EarlierVersion[],
  contract: string,
) => Generator<EarlierSchema>;

/** Those of a KV alias; a rename is followed back where it happened. */
export function kvHistory(alias: string, renamedFrom: string | undefined): SchemaHistory {
  return (earlier, contract) => {
    let [name, former] = [alias, renamedFrom];
    return schemasOf(earlier, contract, ({ resources }) => {
      let need = getOwn(resources.kv, name);
      if (need === undefined && former !== undefined) {
        need = getOwn(resources.kv, former);
        if (need !== undefined) name = former;
      }
      if (need !== undefined) former = need.renamedFrom;
      return need?.schema;
    });
  };
}

/** Those of a version of a state store's entries, as long as it was of this kind. */
export function stateHistory(store: string, kind: string, stateVersion: string): SchemaHistory {
  return (earlier, contract) =>
    schemasOf(earlier, contract, ({ state }) => {
      const need = getOwn(state, store);
      return need?.kind === kind ? getOwn(readableVersions(need), stateVersion) : undefined;
    });
}

function* schemasOf(
  earlier: readonly EarlierVersion[],
  contract: string,
  schemaOf: (needs: Needs) => JsonObject | boolean | undefined,
): Generator<EarlierSchema> {
  for (const { version, needs } of [...earlier].sort((a, b) => b.version - a.version)) {
    if (needs === undefined) {
      yield { version, schema: undefined };
      continue;
    }
    // Another lineage has data of its own.
    if (needs.contract !== contract) continue;
    const schema = schemaOf(needs);
    if (schema !== undefined) yield { version, schema };
  }
}
