/**
 * Finds properties that are declared again after they were dropped. Each step alone is safe: an open
 * object takes members that are not declared, and nothing is promised of them. Both together are
 * not, because values that were written in between, or before, still hold the property as it was.
 *
 * @module
 */
import { appendPointer } from "../../contracts/json/json_pointer.ts";
import type { DiffContext, EarlierVersion } from "./diff_context.ts";
import { declaring, mayDeclare } from "./declared_properties.ts";
import { getOwn, type Report } from "./diff_report.ts";
import type { SchemaDiff } from "./diff_schema.ts";
import type { KvNeed, Needs } from "../needs/need_types.ts";

/** Whether stored values of earlier versions matter: a KV schema declares what it did not before. */
export function declaresAnew(before: Needs | undefined, after: Needs): boolean {
  return declaring(before, after).length > 0;
}

/**
 * Compares what is declared again with every earlier version, and reports where values of one of those
 * would be refused. A version that cannot be read may have declared anything.
 *
 * @returns the paths that were reported
 */
export function diffReused(
  before: Needs | undefined,
  after: Needs,
  { earlier = [] }: DiffContext,
  schemas: SchemaDiff,
  report: Report,
): ReadonlySet<string> {
  const reported = new Set<string>();
  if (earlier.length === 0) return reported;
  for (const { alias, formerAlias, from, to, properties, names } of declaring(before, after)) {
    const base = appendPointer("/resources/kv", alias, "schema");
    const told = new Set(schemas.dangers(from.schema, to.schema).map(({ path }) => path));
    for (const { version, need } of lineage(formerAlias, from, after.contract, earlier)) {
      if (need === undefined) {
        const [first = ""] = properties;
        const reason = `what version ${version} declared here cannot be read`;
        if (told.has(first)) continue;
        report(CODE, base + first, { op: "change", reason });
        told.add(first);
        reported.add(base + first);
        continue;
      }
      if (!mayDeclare(need, names)) continue;
      for (const { path, message, before, after, example } of schemas.dangers(need, to.schema)) {
        if (told.has(path) || !properties.some((property) => concerns(path, property))) continue;
        told.add(path);
        const reason = `${message} Values of version ${version} may still be stored.`;
        report(CODE, base + path, { op: "change", reason, before, after, example });
        reported.add(base + path);
      }
    }
  }
  return reported;
}

const CODE = "schema.property.reused";

/** The schemas that an alias had, newest first; a rename is followed back where it happened. */
function* lineage(
  alias: string,
  newest: KvNeed,
  contract: string,
  earlier: readonly EarlierVersion[],
): Generator<{ readonly version: number; readonly need: KvNeed["schema"] | undefined }> {
  let [name, former] = [alias, newest.renamedFrom];
  for (const { version, needs } of [...earlier].sort((a, b) => b.version - a.version)) {
    if (needs === undefined) yield { version, need: undefined };
    // Another lineage has data of its own.
    if (needs === undefined || needs.contract !== contract) continue;
    let need = getOwn(needs.resources.kv, name);
    if (need === undefined && former !== undefined) {
      need = getOwn(needs.resources.kv, former);
      if (need !== undefined) name = former;
    }
    if (need === undefined) continue;
    former = need.renamedFrom;
    yield { version, need: need.schema };
  }
}

/** A finding is within the property, or so far above it that it may be about the property. */
function concerns(path: string, property: string): boolean {
  return `${path}/`.startsWith(`${property}/`) || property.startsWith(`${path}/`);
}
