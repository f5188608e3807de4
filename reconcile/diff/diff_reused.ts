/**
 * Finds properties that are declared again after they were dropped. Each step alone is safe: an open
 * object takes members that are not declared, and nothing is promised of them. Both together are
 * not, because values that were written in between, or before, still hold the property as it was.
 *
 * @module
 */
import type { DiffContext } from "./diff_context.ts";
import { declaring, mayDeclare } from "./declared_properties.ts";
import { getOwn, type Report } from "./diff_report.ts";
import type { SchemaDiff } from "./diff_schema.ts";
import { readableVersions } from "./state_versions.ts";
import type { Needs } from "../needs/need_types.ts";

/** Whether stored values of earlier versions matter: something is read that was not read before. */
export function declaresAnew(before: Needs | undefined, after: Needs): boolean {
  return declaring(before, after).length > 0 || readsMoreState(before, after);
}

/** Whether entries of a version can be read, in any state store, that could not be read before. */
function readsMoreState(before: Needs | undefined, after: Needs): boolean {
  if (before === undefined) return false;
  const former = before.contract === after.contract ? before.state : undefined;
  return Object.entries(after.state ?? {}).some(([store, state]) => {
    const known = getOwn(former, store);
    const old = known?.kind === state.kind ? readableVersions(known) : {};
    return Object.keys(readableVersions(state)).some((version) => !Object.hasOwn(old, version));
  });
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
  for (const { base, from, to, properties, names, history } of declaring(before, after)) {
    const told = new Set(schemas.dangers(from, to).map(({ path }) => path));
    for (const { version, schema } of history(earlier, after.contract)) {
      if (schema === undefined) {
        const [first = ""] = properties;
        const reason = `what version ${version} declared here cannot be read`;
        if (told.has(first)) continue;
        report(CODE, base + first, { op: "change", reason });
        told.add(first);
        reported.add(base + first);
        continue;
      }
      if (!mayDeclare(schema, names)) continue;
      for (const { path, message, before, after, example } of schemas.dangers(schema, to)) {
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

/** A finding is within the property, or so far above it that it may be about the property. */
function concerns(path: string, property: string): boolean {
  return `${path}/`.startsWith(`${property}/`) || property.startsWith(`${path}/`);
}
