import type { JsonObject } from "../json/json.ts";
import { compilePattern } from "../patterns/text_pattern.ts";
import { evaluatedBy } from "./evaluated.ts";
import { broken, holdsForAll, type MakeRule, memberKeeps, type Rule, rule } from "./rule.ts";
import {
  dependentNames,
  namesAt,
  numberAt,
  schemaAt,
  schemaMapAt,
  schemasAt,
} from "./schema_parts.ts";
import { haveNoEqual } from "./unique_items.ts";

type List = readonly unknown[];
type Members = Readonly<Record<string, unknown>>;

/** What a schema says of lists. */
export function listRules(schema: JsonObject, make: MakeRule): readonly Rule<List>[] {
  const rules = countRules<List>(schema, "Items", (list) => list.length);
  if (schema.uniqueItems === true) {
    rules.push(rule<List>(haveNoEqual, "must NOT have duplicate items"));
  }
  const wanted = schemaAt(schema, "contains");
  if (wanted !== undefined) rules.push(containsRule(schema, make(wanted)));
  const items = schemaAt(schema, "items");
  if (items !== undefined) {
    const own = make(items);
    rules.push((list, report) =>
      holdsForAll(list.entries(), report, ([i, item]) => memberKeeps(i, item, own, report))
    );
  }
  if (Array.isArray(schema.items)) rules.push(...tupleRules(schema, make));
  const rest = schemaAt(schema, "unevaluatedItems");
  if (rest !== undefined) {
    const own = make(rest);
    rules.push((list, report) => {
      const { items, isAll } = evaluatedBy(schema, list, (part) => make(part)(list));
      if (isAll || list.length <= items) return true;
      if (rest === false) return broken(report, `must NOT have more than ${items} items`);
      return keepsFrom(items, list, own, report);
    });
  }
  return rules;
}

function tupleRules(schema: JsonObject, make: MakeRule): readonly Rule<List>[] {
  const places = schemasAt(schema, "items").map(make);
  const rest = schemaAt(schema, "additionalItems") ?? true;
  const own = make(rest);
  const end = places.length;
  return [
    rest === false
      ? rule((list) => list.length <= end, `must NOT have more than ${end} items`)
      : (list, report) => keepsFrom(end, list, own, report),
    (list, report) =>
      holdsForAll(
        places.slice(0, list.length).entries(),
        report,
        ([i, place]) => memberKeeps(i, list[i], place, report),
      ),
  ];
}

function keepsFrom(
  start: number,
  list: List,
  own: Rule,
  report: Parameters<Rule>[1],
): boolean {
  const items = list.slice(start).entries();
  return holdsForAll(items, report, ([i, item]) => memberKeeps(start + i, item, own, report));
}

function containsRule(schema: JsonObject, wanted: Rule): Rule<List> {
  const least = numberAt(schema, "minContains") ?? 1;
  const most = numberAt(schema, "maxContains") ?? Infinity;
  return rule((list) => {
    let count = 0;
    for (let i = 0; i < list.length && count <= most; i++) if (wanted(list[i])) count++;
    return count >= least && count <= most;
  }, "must contain some of the wanted items, and not too many");
}

/** What a schema says of objects. */
export function objectRules(schema: JsonObject, make: MakeRule): readonly Rule<Members>[] {
  const rules = countRules<Members>(schema, "Properties", (value) => Object.keys(value).length);
  const required = namesAt(schema, "required");
  if (required.length > 0) rules.push(requiredRule(required));
  const names = schemaAt(schema, "propertyNames");
  if (names !== undefined) rules.push(namesRule(make(names)));
  const properties = schemaMapAt(schema, "properties");
  if (schema.additionalProperties !== undefined) rules.push(additionalRule(schema, make));
  if (properties.size > 0) {
    const declared = [...properties].map(([name, part]) => [name, make(part)] as const);
    rules.push((value, report) =>
      holdsForAll(
        declared,
        report,
        ([name, own]) => !has(value, name) || memberKeeps(name, value[name], own, report),
      )
    );
  }
  for (const [pattern, part] of schemaMapAt(schema, "patternProperties")) {
    const [compiled, own] = [compilePattern(pattern), make(part)];
    rules.push((value, report) =>
      holdsForAll(
        Object.keys(value),
        report,
        (name) => !compiled.test(name) || memberKeeps(name, value[name], own, report),
      )
    );
  }
  for (const [name, others] of dependentNames(schema)) {
    const isRequired = requiredRule(others);
    rules.push((value, report) => !has(value, name) || isRequired(value, report));
  }
  for (const [name, part] of schemaMapAt(schema, "dependentSchemas")) {
    const own = make(part);
    rules.push((value, report) => !has(value, name) || own(value, report));
  }
  if (schema.unevaluatedProperties !== undefined) rules.push(unevaluatedRule(schema, make));
  return rules;
}

/** A member without a value is not written, so it is not there. */
function has(value: Members, name: string): boolean {
  return Object.hasOwn(value, name) && value[name] !== undefined;
}

function requiredRule(names: readonly string[]): Rule<Members> {
  return (value, report) =>
    holdsForAll(
      names,
      report,
      (name) => has(value, name) || broken(report, "is required", name),
    );
}

function namesRule(own: Rule): Rule<Members> {
  return (value, report) =>
    holdsForAll(
      Object.keys(value),
      report,
      (name) => own(name, report) || broken(report, "property name must be valid"),
    );
}

function additionalRule(schema: JsonObject, make: MakeRule): Rule<Members> {
  const properties = schemaMapAt(schema, "properties");
  const patterns = [...schemaMapAt(schema, "patternProperties").keys()].map(compilePattern);
  return restRule(
    schema,
    "additional",
    make,
    () => (name) => properties.has(name) || patterns.some((pattern) => pattern.test(name)),
  );
}

function unevaluatedRule(schema: JsonObject, make: MakeRule): Rule<Members> {
  return restRule(schema, "unevaluated", make, (value) => {
    const { names, isAll } = evaluatedBy(schema, value, (part) => make(part)(value));
    return (name) => isAll || names.has(name);
  });
}

/** @param knows which names of a value something else says something of */
function restRule(
  schema: JsonObject,
  which: "additional" | "unevaluated",
  make: MakeRule,
  knows: (value: Members) => (name: string) => boolean,
): Rule<Members> {
  const rest = schemaAt(schema, `${which}Properties`) ?? true;
  const own = make(rest);
  return (value, report) => {
    const isKnown = knows(value);
    return holdsForAll(Object.keys(value), report, (name) => {
      if (isKnown(name)) return true;
      if (rest === false) return broken(report, `must NOT have ${which} properties`);
      return memberKeeps(name, value[name], own, report);
    });
  };
}

function countRules<T>(
  schema: JsonObject,
  what: "Items" | "Properties",
  count: (value: T) => number,
): Rule<T>[] {
  const rules: Rule<T>[] = [];
  const words = what.toLowerCase();
  const most = numberAt(schema, `max${what}`);
  if (most !== undefined) {
    rules.push(rule((value) => count(value) <= most, `must NOT have more than ${most} ${words}`));
  }
  const least = numberAt(schema, `min${what}`);
  if (least !== undefined) {
    const message = `must NOT have fewer than ${least} ${words}`;
    rules.push(rule((value) => count(value) >= least, message));
  }
  return rules;
}
