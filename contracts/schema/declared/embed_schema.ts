import { Kind, OptionalKind } from "@sinclair/typebox";
import { isRecord, type JsonObject, type JsonValue } from "../../json/json.ts";
import { appendPointer } from "../../json/json_pointer.ts";
import { SCHEMA_MAP } from "../keywords.ts";

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
  | {
    readonly schema?: undefined;
    /** What could be copied, with null at the place of each problem. */
    readonly partial: JsonValue;
    readonly problems: readonly SchemaProblem[];
  };

const MAX_DEPTH = 64;
const MAX_NODES = 20_000;
const MAX_PROBLEMS = 20;
/** Keywords whose value is data, whatever it looks like. */
const DATA = new Set(["const", "default", "enum", "examples"]);

const DEFINED_LATER = "use a schema; modules that import each other see it before it is made";
const INLINE = "put the referenced schema in place; manifests carry self-contained schemas";
const NO_RECURSION = "recursive schemas cannot be embedded: bound the depth, or use Type.Unknown()";

/**
 * Makes a schema self-contained JSON: symbols dropped, references into its own `$defs` replaced by
 * what they name. What cannot be written without a reference (recursion) is a problem.
 */
export function embedSchema(schema: unknown): EmbeddedSchema {
  const embedder = new Embedder();
  const copied = embedder.schema(schema, { path: "", depth: 0, definitions: new Map(), open: [] });
  const { problems } = embedder;
  if (problems.length > 0) return { partial: copied, problems };
  if (typeof copied === "boolean") return { schema: copied, problems: [] };
  if (!isJsonObject(copied)) {
    const problem = { path: "", message: "is not a schema", fix: "use a TypeBox schema" };
    return { partial: null, problems: [problem] };
  }
  return { schema: copied, problems: [] };
}

/** Where the copying stands. */
interface Place {
  readonly path: string;
  readonly depth: number;
  /** What references can name here. */
  readonly definitions: ReadonlyMap<string, unknown>;
  /** Schemas that are being copied: a reference to one of them is a recursion. */
  readonly open: readonly unknown[];
}

class Embedder {
  readonly problems: SchemaProblem[] = [];
  #nodes = 0;

  /** Copies a schema: its keywords, and the schemas in it. */
  schema(value: unknown, place: Place): JsonValue {
    // Type.Optional(undefined) is an object without a kind.
    if (value === undefined || (isRecord(value) && OptionalKind in value && !(Kind in value))) {
      return this.#report(place.path, "is undefined in place of a schema", DEFINED_LATER);
    }
    if (!isRecord(value)) return this.data(value, place);
    if (this.#isTooMuch(place)) return null;
    const scope = withDefinitions(place.definitions, value);
    const inner: Place = { ...place, definitions: scope, open: [...place.open, value] };
    const members: [string, JsonValue][] = [];
    for (const key of Object.keys(value)) {
      if (key === "$defs" || key === "$id" || key === "$ref") continue;
      if (value[key] === undefined && key !== "items") continue;
      const at = below(inner, key);
      const member = value[key];
      if (DATA.has(key)) members.push([key, this.data(member, at)]);
      else if (SCHEMA_MAP.has(key) && isRecord(member)) members.push([key, this.#map(member, at)]);
      else if (Array.isArray(member)) {
        members.push([key, member.map((item, i) => this.schema(item, below(at, i)))]);
      } else members.push([key, this.schema(member, at)]);
    }
    const own: JsonObject = Object.fromEntries(members);
    if (typeof value.$ref !== "string") return own;
    const target = this.#reference(value.$ref, inner);
    return members.length === 0 ? target : { allOf: [target, own] };
  }

  /** Copies data as it is. */
  data(value: unknown, place: Place): JsonValue {
    if (this.#isTooMuch(place)) return null;
    if (Array.isArray(value)) return value.map((item, i) => this.data(item, below(place, i)));
    if (isRecord(value)) {
      const prototype = Object.getPrototypeOf(value);
      if (prototype === null || prototype === Object.prototype) {
        return Object.fromEntries(
          Object.entries(value).filter(([, member]) => member !== undefined)
            .map(([key, member]) => [key, this.data(member, below(place, key))]),
        );
      }
    }
    const isScalar = value === null || typeof value === "string" || typeof value === "boolean" ||
      (typeof value === "number" && Number.isFinite(value));
    if (isScalar) return value;
    return this.#report(place.path, `holds ${kindOf(value)}, which JSON cannot carry`, "use JSON");
  }

  #map(value: Readonly<Record<string, unknown>>, place: Place): JsonValue {
    return Object.fromEntries(
      Object.entries(value).map((
        [name, schema],
      ) => [name, this.schema(schema, below(place, name))]),
    );
  }

  #reference(reference: string, place: Place): JsonValue {
    const { definitions, open, path } = place;
    const name = reference.replace(/^#\/\$defs\//, "");
    const target = definitions.get(reference) ?? definitions.get(name);
    const shown = reference.slice(0, 60);
    if (target === undefined) {
      return this.#report(path, `refers to "${shown}", which is not in the schema`, INLINE);
    }
    if (open.includes(target)) {
      return this.#report(path, `refers to itself through "${shown}"`, NO_RECURSION);
    }
    return this.schema(target, { ...place, depth: place.depth + 1 });
  }

  #isTooMuch({ depth, path }: Place): boolean {
    this.#nodes++;
    if (this.#nodes <= MAX_NODES && depth <= MAX_DEPTH) return false;
    this.#report(path, "is too large or too deep", "split the schema, or keep the value opaque");
    return true;
  }

  #report(path: string, message: string, fix: string): null {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ path, message, fix });
    return null;
  }
}

function below(place: Place, token: string | number): Place {
  return { ...place, path: appendPointer(place.path, token), depth: place.depth + 1 };
}

function isJsonObject(value: JsonValue): value is JsonObject {
  return isRecord(value);
}

function kindOf(value: unknown): string {
  return typeof value === "object" ? value?.constructor?.name ?? "an object" : String(value);
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
