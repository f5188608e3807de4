/** Properties that the new schema of stored values declares and the one before does not. */
import { isRecord, type JsonObject } from "../../contracts/json/json.ts";
import { appendPointer, parsePointer } from "../../contracts/json/json_pointer.ts";
import { PatternLanguage } from "../../contracts/patterns/pattern_language.ts";
import { OutOfStepsError, Steps } from "../../contracts/patterns/steps.ts";
import type { Needs } from "../needs/need_types.ts";
import { getOwn, same } from "./diff_report.ts";
import { pairByAlias } from "./pair_by_alias.ts";
import { kvHistory, type SchemaHistory, stateHistory } from "./schema_history.ts";
import { readableVersions, versionPath } from "./state_versions.ts";

const PATTERN_STEPS = 20_000;

/** A schema of stored values that declares properties which the one before it did not. */
export interface Declaring extends SchemaPair {
  /** JSON pointers into the new schema. */
  readonly properties: readonly string[];
  /** Undefined: names that match a pattern. */
  readonly names: ReadonlySet<string> | undefined;
}

/** What values were written with, and what reads them. */
interface SchemaPair {
  /** Path of the schema, as `/resources/kv/orders/schema`. */
  readonly base: string;
  /** Where the values are, as it is called before: `kv/orders`, `state/drafts`. */
  readonly holder: string;
  readonly from: Schema;
  readonly to: Schema;
  /** What values were written with under earlier versions. */
  readonly history: SchemaHistory;
}

type Schema = JsonObject | boolean;

/** The schemas of stored values that declare more properties than before. */
export function declaring(before: Needs | undefined, after: Needs): readonly Declaring[] {
  if (before === undefined || before.contract !== after.contract) return [];
  return [...kvPairs(before, after), ...statePairs(before, after)].flatMap((pair) => {
    const { from, to } = pair;
    if (same(from, to)) return [];
    const known = new Set(declarations(from).map(({ path }) => path));
    const isKnown = (path: string, isPattern = false) =>
      known.has(path) || (isPattern && known.values().some((former) => holdsNames(former, path)));
    const properties: string[] = [];
    let names: Set<string> | undefined = new Set<string>();
    for (const { path, name, isPattern } of declarations(to)) {
      if (isKnown(path, isPattern) || (name === undefined && !isPattern)) continue;
      properties.push(path);
      if (name === undefined) names = undefined;
      else names?.add(name);
    }
    return properties.length === 0 ? [] : [{ ...pair, properties, names }];
  });
}

function kvPairs(before: Needs, after: Needs): readonly SchemaPair[] {
  return pairByAlias(before.resources.kv, after.resources.kv).flatMap((pair) => {
    if (pair.kind !== "kept" && pair.kind !== "renamed") return [];
    const { key: alias, from, to } = pair;
    // Its values are made again.
    if (to.projection !== undefined) return [];
    const formerAlias = pair.kind === "renamed" ? pair.fromKey : alias;
    return [{
      base: appendPointer("/resources/kv", alias, "schema"),
      holder: `kv/${formerAlias}`,
      from: from.schema,
      to: to.schema,
      history: kvHistory(formerAlias, from.renamedFrom),
    }];
  });
}

/** Each version of a store that could be read before and can be read now. */
function statePairs(before: Needs, after: Needs): readonly SchemaPair[] {
  return Object.entries(after.state ?? {}).flatMap(([store, to]) => {
    const from = getOwn(before.state, store);
    if (from === undefined || from.kind !== to.kind) return [];
    const old = readableVersions(from);
    return Object.entries(readableVersions(to)).flatMap(([version, schema]) => {
      const known = getOwn(old, version);
      if (known === undefined) return [];
      const history = stateHistory(store, to.kind, version);
      const base = versionPath(store, to, version);
      return [{ base, holder: `state/${store}`, from: known, to: schema, history }];
    });
  });
}

/** True when every name that matches one pattern matches another of the same object. */
function holdsNames(wide: string, narrow: string): boolean {
  const [wideTokens, narrowTokens] = [parsePointer(wide) ?? [], parsePointer(narrow) ?? []];
  const [widePattern, narrowPattern] = [wideTokens.at(-1), narrowTokens.at(-1)];
  if (widePattern === undefined || narrowPattern === undefined) return false;
  if (wide.slice(0, wide.lastIndexOf("/")) !== narrow.slice(0, narrow.lastIndexOf("/"))) {
    return false;
  }
  try {
    return new PatternLanguage(new Steps(PATTERN_STEPS)).find({
      matching: [narrowPattern],
      refusing: [widePattern],
      minLength: 0,
      maxLength: Infinity,
    }).found === "none";
  } catch (error) {
    if (error instanceof OutOfStepsError) return false;
    throw error;
  }
}

/** What a schema declares of the members of objects, at any depth. */
interface Declaration {
  /** JSON pointer into the schema. */
  readonly path: string;
  /** Undefined: members of many names. */
  readonly name?: string;
  /** Whether the names match a pattern. */
  readonly isPattern?: boolean;
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
      if (key === "patternProperties" && isRecord(value)) {
        for (const pattern of Object.keys(value)) {
          yield { path: appendPointer(at, pattern), isPattern: true };
        }
      }
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
export function mayDeclare(
  schema: JsonObject | boolean,
  names: ReadonlySet<string> | undefined,
): boolean {
  return declarations(schema).some(({ name }) => name === undefined || (names?.has(name) ?? true));
}
