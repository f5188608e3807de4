/**
 * Finds properties that are declared again after they were dropped. Each step alone is safe: an open
 * object takes members that are not declared, and nothing is promised of them. Both together are
 * not, because values that were written in between, or before, still hold the property as it was.
 *
 * @module
 */
import { isRecord, type JsonObject } from "../../contracts/json/json.ts";
import { appendPointer } from "../../contracts/json/json_pointer.ts";
import type { DiffContext, EarlierVersion } from "./diff_context.ts";
import { pairByAlias } from "./pair_by_alias.ts";
import { getOwn, type Report, same } from "./diff_report.ts";
import type { SchemaDiff } from "./diff_schema.ts";
import type { KvNeed, Needs } from "../needs/need_types.ts";

/** A KV alias whose new schema declares properties that the one before did not. */
interface Declaring {
  readonly alias: string;
  /** What it is called in the needs before. */
  readonly formerAlias: string;
  readonly from: KvNeed;
  readonly to: KvNeed;
  /** JSON pointers into the new schema. */
  readonly properties: readonly string[];
  readonly names: ReadonlySet<string>;
}

/** Whether stored values of earlier versions matter: a KV schema declares what it did not before. */
export function declaresAnew(before: Needs | undefined, after: Needs): boolean {
  return declaring(before, after).length > 0;
}

/**
 * Compares what is declared again with every earlier version, and reports where values of one of those
 * would be refused. A version that cannot be read may have declared anything.
 */
export function diffReused(
  before: Needs | undefined,
  after: Needs,
  { earlier = [] }: DiffContext,
  schemas: SchemaDiff,
  report: Report,
): void {
  if (earlier.length === 0) return;
  for (const { alias, formerAlias, from, to, properties, names } of declaring(before, after)) {
    const base = appendPointer("/resources/kv", alias, "schema");
    const told = new Set(schemas.dangers(from.schema, to.schema).map(({ path }) => path));
    for (const { version, need } of lineage(formerAlias, from, after.contract, earlier)) {
      if (need === undefined) {
        const [first = ""] = properties;
        const reason = `what version ${version} declared here cannot be read`;
        if (!told.has(first)) report(CODE, base + first, { op: "change", reason });
        told.add(first);
        continue;
      }
      if (!mayDeclare(need, names)) continue;
      for (const { path, message, before, after, example } of schemas.dangers(need, to.schema)) {
        if (told.has(path) || !properties.some((property) => concerns(path, property))) continue;
        told.add(path);
        const reason = `${message} Values of version ${version} may still be stored.`;
        report(CODE, base + path, { op: "change", reason, before, after, example });
      }
    }
  }
}

const CODE = "schema.property.reused";

function declaring(before: Needs | undefined, after: Needs): readonly Declaring[] {
  if (before === undefined || before.contract !== after.contract) return [];
  return pairByAlias(before.resources.kv, after.resources.kv).flatMap((pair) => {
    if (pair.kind !== "kept" && pair.kind !== "renamed") return [];
    const { key: alias, from, to } = pair;
    if (same(from.schema, to.schema)) return [];
    const known = new Set(declarations(from.schema).map(({ path }) => path));
    const properties: string[] = [];
    const names = new Set<string>();
    for (const { path, name } of declarations(to.schema)) {
      if (name === undefined || known.has(path)) continue;
      properties.push(path);
      names.add(name);
    }
    const formerAlias = pair.kind === "renamed" ? pair.fromKey : alias;
    return properties.length === 0 ? [] : [{ alias, formerAlias, from, to, properties, names }];
  });
}

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

/** What a schema declares of the members of objects, at any depth. */
interface Declaration {
  /** JSON pointer into the schema. */
  readonly path: string;
  /** Undefined: members of any name. */
  readonly name?: string;
}

function* declarations(schema: JsonObject | boolean): Generator<Declaration> {
  const left: { readonly path: string; readonly part: unknown }[] = [{ path: "", part: schema }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { path, part } = next;
    if (!Array.isArray(part) && !isRecord(part)) continue;
    for (const [key, value] of Object.entries(part)) {
      const at = appendPointer(path, key);
      if (VALUES.has(key)) continue;
      if (ANY_NAME.has(key) && isRecord(value)) yield { path: at };
      if (key !== "properties" || !isRecord(value)) {
        left.push({ path: at, part: value });
        continue;
      }
      for (const [name, property] of Object.entries(value)) {
        const declared = appendPointer(at, name);
        yield { path: declared, name };
        left.push({ path: declared, part: property });
      }
    }
  }
}

/** Keywords that hold values rather than schemas. */
const VALUES: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);

const ANY_NAME: ReadonlySet<string> = new Set([
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
]);

/** Whether a schema says anything of members with one of these names; most never did. */
function mayDeclare(schema: JsonObject | boolean, names: ReadonlySet<string>): boolean {
  return declarations(schema).some(({ name }) => name === undefined || names.has(name));
}
