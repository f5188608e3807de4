import type { JsonValue } from "../../../contracts/json/json.ts";
import { changePlace } from "../../../reconcile/changes/change_place.ts";
import type { Change } from "../../../reconcile/changes/change.ts";
import type { Needs } from "../../../reconcile/needs/need_types.ts";
import { placeWords } from "../../words/change_place.ts";
import { type JsonChange, jsonChanges } from "../layout/json_diff.ts";

/** What changes in a schema, as a whole. */
export interface SchemaDiff {
  /** Whose schema it is, as `rpc Orders.Get output`. */
  readonly title: string;
  readonly changes: readonly JsonChange[];
}

/** The schemas that changes are about, each as it is and as it would be. */
export function schemaDiffs(
  before: Needs | undefined,
  after: Needs,
  changes: readonly Change[],
): readonly SchemaDiff[] {
  if (before === undefined) return [];
  const diffs = new Map<string, SchemaDiff>();
  for (const change of changes) {
    if (!/^(?:schema|output)\./.test(change.code)) continue;
    const { section, name } = changePlace(change);
    const { topic, name: shown } = placeWords(change);
    const [was, is] = [before, after].map((needs) => schemasAt(needs, section, name));
    for (const [member, schema] of Object.entries(was ?? {})) {
      const next = is !== undefined && Object.hasOwn(is, member) ? is[member] : undefined;
      const title = [topic, shown, member].filter((text) => text !== "").join(" ");
      if (next === undefined || diffs.has(title)) continue;
      const found = jsonChanges(schema, next);
      if (found.length > 0) diffs.set(title, { title, changes: found });
    }
  }
  return [...diffs.values()];
}

/** The schemas of one thing that a contract declares, by what they are of. */
function schemasAt(
  { resources, surfaces, state = {} }: Needs,
  section: string,
  name: string,
): Readonly<Record<string, JsonValue>> | undefined {
  switch (section) {
    case "kv":
      return Object.hasOwn(resources.kv, name) ? { value: resources.kv[name]!.schema } : undefined;
    case "surfaces":
      return Object.hasOwn(surfaces, name) ? surfaces[name]!.schemas : undefined;
    case "state":
      return Object.hasOwn(state, name) ? { value: state[name]!.schema } : undefined;
    default:
      return undefined;
  }
}
