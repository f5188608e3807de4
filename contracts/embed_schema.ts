import { isRecord, type JsonObject, type JsonValue } from "./json.ts";
import { appendPointer } from "./json_pointer.ts";

/** A part of a schema that cannot stand in a manifest. */
export interface SchemaProblem {
  /** JSON pointer into the schema. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

/** A schema made self-contained, or why it cannot be. */
export type EmbeddedSchema =
  | { readonly schema: JsonObject | boolean; readonly problems: readonly [] }
  | { readonly schema?: undefined; readonly problems: readonly SchemaProblem[] };

const MAX_DEPTH = 64;
const MAX_NODES = 20_000;

/**
 * Makes a schema self-contained JSON: symbols dropped, references into its own `$defs` replaced by
 * what they name. What cannot be written without a reference (recursion) is a problem.
 */
export function embedSchema(schema: unknown): EmbeddedSchema {
  const problems: SchemaProblem[] = [];
  let nodes = 0;

  function report(path: string, message: string, fix: string): null {
    if (problems.length < 20) problems.push({ path, message, fix });
    return null;
  }

  function copy(
    value: unknown,
    path: string,
    depth: number,
    definitions: ReadonlyMap<string, unknown>,
    open: readonly unknown[],
  ): JsonValue {
    if (++nodes > MAX_NODES || depth > MAX_DEPTH) {
      if (nodes <= MAX_NODES + 1) {
        report(path, "is too large or too deep", "split the schema, or keep the value opaque");
      }
      return null;
    }
    if (Array.isArray(value)) {
      return value.map((item, i) =>
        copy(item, appendPointer(path, i), depth + 1, definitions, open)
      );
    }
    if (!isRecord(value)) return scalar(value, path);
    const scope = withDefinitions(definitions, value);
    const reference = value.$ref;
    if (typeof reference === "string") {
      const target = scope.get(reference) ?? scope.get(reference.replace(/^#\/\$defs\//, ""));
      if (target === undefined) {
        return report(path, `refers to "${reference}", which is not in the schema`, INLINE);
      }
      if (open.includes(target)) {
        return report(path, `refers to itself through "${reference}"`, NO_RECURSION);
      }
      return copy(target, path, depth + 1, scope, [...open, target]);
    }
    const members: [string, JsonValue][] = [];
    for (const key of Object.keys(value)) {
      if (key === "$defs" || key === "$id" || value[key] === undefined) continue;
      members.push([
        key,
        copy(value[key], appendPointer(path, key), depth + 1, scope, [...open, value]),
      ]);
    }
    return Object.fromEntries(members);
  }

  function scalar(value: unknown, path: string): JsonValue {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        if (Number.isFinite(value)) return value;
        break;
      case "object":
        if (value === null) return null;
    }
    return report(path, `holds ${String(value)}, which JSON cannot carry`, "use a JSON value");
  }

  const copied = copy(schema, "", 0, new Map(), []);
  if (problems.length > 0) return { problems };
  if (typeof copied === "boolean") return { schema: copied, problems: [] };
  if (!isJsonObject(copied)) {
    return { problems: [{ path: "", message: "is not a schema", fix: "use a TypeBox schema" }] };
  }
  return { schema: copied, problems: [] };
}

const INLINE = "put the referenced schema in place; manifests carry self-contained schemas";
const NO_RECURSION = "recursive schemas cannot be embedded: bound the depth, or use Type.Unknown()";

function isJsonObject(value: JsonValue): value is JsonObject {
  return isRecord(value);
}

function withDefinitions(
  outer: ReadonlyMap<string, unknown>,
  schema: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, unknown> {
  const id = schema.$id;
  if (!isRecord(schema.$defs) && typeof id !== "string") return outer;
  const scope = new Map(outer);
  if (typeof id === "string") scope.set(id, schema);
  if (isRecord(schema.$defs)) {
    for (const [name, definition] of Object.entries(schema.$defs)) scope.set(name, definition);
  }
  return scope;
}
