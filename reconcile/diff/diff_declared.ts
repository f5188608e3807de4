import { isRecord, type JsonObject, type JsonValue } from "../../contracts/json/json.ts";
import { appendPointer, parsePointer, resolvePointer } from "../../contracts/json/json_pointer.ts";
import type { Needs } from "../needs/need_types.ts";
import { declaring } from "./declared_properties.ts";
import type { DiffContext } from "./diff_context.ts";
import type { Report } from "./diff_report.ts";

/**
 * Reports properties that are declared now and that stored values may hold undeclared: an object that
 * is not closed takes members of any name, and what callers sent beside the schema was stored. Only the
 * stored values can show whether they fit.
 *
 * @param reported places that are doubted already
 */
export function diffDeclared(
  before: Needs | undefined,
  after: Needs,
  { stored = new Set() }: DiffContext,
  reported: ReadonlySet<string>,
  report: Report,
): void {
  for (const { base, holder, from, to, properties } of declaring(before, after)) {
    if (!stored.has(holder)) continue;
    for (const path of properties) {
      const declared = resolvePointer(to, path);
      const isOutermost = !properties.some((other) => path.startsWith(`${other}/`));
      const isDoubted = [...reported].some((place) => `${place}/`.startsWith(`${base}${path}/`));
      if (!isOutermost || isDoubted || takesAnything(declared)) continue;
      if (!mayHold(from, path)) continue;
      // A part of a schema is JSON.
      report("schema.property.declared", base + path, {
        op: "change",
        after: declared as JsonValue,
      });
    }
  }
}

function takesAnything(schema: unknown): boolean {
  return schema === true || (isRecord(schema) && Object.keys(schema).length === 0);
}

/** Whether values of a schema may have a property at a place where the schema does not declare it. */
function mayHold(schema: JsonObject | boolean, path: string): boolean {
  const place = (parsePointer(path) ?? []).slice(0, -2);
  const object = resolvePointer(schema, appendPointer("", ...place));
  if (!isRecord(object)) return object !== false;
  const { additionalProperties: others = true, unevaluatedProperties: rest = true } = object;
  // A schema for members of any name was a promise, and the comparison has held the new one to it.
  return takesAnything(others) && takesAnything(rest);
}
