import type { JsonObject, JsonValue } from "../json/json.ts";
import { appendPointer } from "../json/json_pointer.ts";
import type { Lists, Values } from "./values/alternatives.ts";
import { keywordIssue } from "./include_scalars.ts";
import type { Issue, Proof } from "./issue.ts";
import { isAnything } from "../schema/keywords.ts";
import { itemAt } from "./values/list_values.ts";
import { numberAt, type Schema, schemaAt, schemasAt } from "../schema/schema_parts.ts";

/** Why a schema may refuse some of the lists. */
export function listIssues(
  proof: Proof,
  lists: Lists,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const issues: Issue[] = [];
  const report = (
    code: Issue["code"],
    keyword: string,
    message: string,
    before?: JsonValue,
  ) =>
    issues.push(keywordIssue(proof, lists, schema, {
      code,
      path,
      keyword,
      message,
      ...(before === undefined ? {} : { before }),
    }));
  const least = numberAt(schema, "minItems") ?? 0;
  const most = numberAt(schema, "maxItems") ?? Infinity;
  if (lists.minItems < least) {
    const message = `Lists of fewer than ${least} items are refused now`;
    report("schema.size.narrowed", "minItems", message, lists.minItems);
  }
  if (lists.maxItems > most) {
    const before = lists.maxItems === Infinity ? undefined : lists.maxItems;
    const message = `Lists of more than ${most} items are refused now`;
    report("schema.size.narrowed", "maxItems", message, before);
  }
  issues.push(...itemIssues(proof, lists, schema, path));
  if (schema.uniqueItems === true && !lists.isUnique && lists.maxItems > 1) {
    report("schema.items.narrowed", "uniqueItems", "Lists with repeated items are refused now");
  }
  if (!isContained(proof, lists, schema)) {
    report("schema.items.narrowed", "contains", "Lists without certain items are refused now");
  }
  const unseen = schemaAt(schema, "unevaluatedItems");
  const isSame = lists.parts.some((part) =>
    proof.identities.of(part) === proof.identities.of(schema)
  );
  if (unseen !== undefined && !isAnything(unseen) && lists.maxItems > 0 && !isSame) {
    report(
      "schema.unproved",
      "unevaluatedItems",
      "It could not be proved that all items are taken",
    );
  }
  return issues;
}

function itemIssues(
  proof: Proof,
  lists: Lists,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const issues: Issue[] = [];
  const check = (values: Values, place: number, part: Schema | undefined, at: string) => {
    if (part === undefined || place >= lists.maxItems) return;
    for (const issue of proof.compare(values, part, at)) {
      issues.push({
        ...issue,
        code: issue.code === "schema.forbidden" && issue.path === at
          ? "schema.items.narrowed"
          : issue.code,
        examples: () =>
          issue.examples().flatMap((value) => proof.samples.withItem(lists, place, value)),
      });
    }
  };
  const isTuple = Array.isArray(schema.items);
  const places = isTuple ? schemasAt(schema, "items") : [];
  const keyword = isTuple ? "additionalItems" : "items";
  const rest = schemaAt(schema, keyword);
  const known = Math.max(places.length, lists.places.length);
  for (let i = 0; i < known; i++) {
    const part = places[i];
    const at = part === undefined ? appendPointer(path, keyword) : appendPointer(path, "items", i);
    check(itemAt(lists, i), i, part ?? rest, at);
  }
  check(lists.rest, known, rest, appendPointer(path, keyword));
  return issues;
}

/** True when the lists hold as many of the wanted items as they must. */
function isContained(proof: Proof, lists: Lists, schema: JsonObject): boolean {
  const wanted = schemaAt(schema, "contains");
  if (wanted === undefined) return true;
  const least = numberAt(schema, "minContains") ?? 1;
  const most = numberAt(schema, "maxContains") ?? Infinity;
  const isDemanded = lists.parts.some((part) => {
    const own = schemaAt(part, "contains");
    return own !== undefined &&
      proof.identities.of(own) === proof.identities.of(wanted) &&
      (numberAt(part, "minContains") ?? 1) >= least &&
      (numberAt(part, "maxContains") ?? Infinity) <= most;
  });
  if (isDemanded || (least === 0 && most >= lists.maxItems)) return true;
  if (most < lists.maxItems) return false;
  let sure = 0;
  for (let i = 0; i < lists.minItems && sure < least; i++) {
    proof.steps.take();
    if (proof.compare(itemAt(lists, i), wanted, "/contains").length === 0) sure++;
  }
  return sure >= least;
}
