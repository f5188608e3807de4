import type { JsonObject, JsonValue } from "../json/json.ts";
import { appendPointer } from "../json/json_pointer.ts";
import type { Alternative, Numbers, Texts } from "./values/alternatives.ts";
import type { DangerousSchemaChangeCode } from "./finding.ts";
import { FORMAT_NAMES, FREE_FORMATS, INTEGER_FORMATS, isWithinFormat } from "../schema/formats.ts";
import { type Issue, type Proof, shown, where } from "./issue.ts";
import { numberAt, textAt } from "../schema/schema_parts.ts";

/** A keyword that refuses some of the values, with an example from around its bound. */
export function keywordIssue(
  proof: Proof,
  alternative: Alternative,
  schema: JsonObject,
  finding: {
    readonly code: DangerousSchemaChangeCode;
    readonly path: string;
    readonly keyword: string;
    readonly message: string;
    readonly before?: JsonValue;
  },
): Issue {
  const { code, path, keyword, message, before } = finding;
  const after = schema[keyword];
  return {
    code,
    path: appendPointer(path, keyword),
    message: `${message} ${where(path)}.`,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    examples: () => proof.samples.refused(alternative, schema),
  };
}

/** Why a schema may refuse some of the numbers. */
export function numberIssues(
  proof: Proof,
  numbers: Numbers,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const { minimum, maximum } = numbers;
  const issues: Issue[] = [];
  const report = (keyword: string, message: string, before: number | undefined) =>
    issues.push(keywordIssue(proof, numbers, schema, {
      code: "schema.range.narrowed",
      path,
      keyword,
      message,
      ...(before !== undefined && Number.isFinite(before) ? { before } : {}),
    }));
  const least = numberAt(schema, "minimum");
  const most = numberAt(schema, "maximum");
  const above = numberAt(schema, "exclusiveMinimum");
  const below = numberAt(schema, "exclusiveMaximum");
  const step = numberAt(schema, "multipleOf");
  if (least !== undefined && minimum.value < least) {
    report("minimum", `Numbers below ${least} are refused now`, minimum.value);
  }
  if (most !== undefined && maximum.value > most) {
    report("maximum", `Numbers above ${most} are refused now`, maximum.value);
  }
  if (above !== undefined && !isAbove(minimum, above)) {
    report("exclusiveMinimum", `Numbers up to ${above} are refused now`, minimum.value);
  }
  if (below !== undefined && !isBelow(maximum, below)) {
    report("exclusiveMaximum", `Numbers from ${below} are refused now`, maximum.value);
  }
  if (step !== undefined && !isProvedMultiple(numbers, step)) {
    report("multipleOf", `Numbers must be multiples of ${step} now`, numbers.multiples[0]);
  }
  const bounds = INTEGER_FORMATS.get(textAt(schema, "format") ?? "");
  const isWithin = bounds === undefined ||
    (numbers.isInteger && minimum.value >= bounds[0] && maximum.value <= bounds[1]);
  if (!isWithin) {
    issues.push(keywordIssue(proof, numbers, schema, {
      code: "schema.format.changed",
      path,
      keyword: "format",
      message: `Numbers must have the format ${shown(schema.format ?? null)} now`,
    }));
  }
  return issues;
}

function isAbove(minimum: Numbers["minimum"], bound: number): boolean {
  return minimum.value > bound || (minimum.value === bound && minimum.isOpen);
}

function isBelow(maximum: Numbers["maximum"], bound: number): boolean {
  return maximum.value < bound || (maximum.value === bound && maximum.isOpen);
}

/** Multiples of decimal fractions are a matter of rounding: only binary ones are sure. */
function isProvedMultiple(numbers: Numbers, step: number): boolean {
  const known = numbers.isInteger ? [...numbers.multiples, 1] : numbers.multiples;
  return known.some((multiple) =>
    multiple === step ||
    (isBinary(multiple) && isBinary(step) && Number.isSafeInteger(multiple / step))
  );
}

function isBinary(value: number): boolean {
  return Number.isSafeInteger(value * 2 ** 20);
}

/** Why a schema may refuse some of the texts. */
export function textIssues(
  proof: Proof,
  texts: Texts,
  schema: JsonObject,
  path: string,
): readonly Issue[] {
  const issues: Issue[] = [];
  const report = (
    code: DangerousSchemaChangeCode,
    keyword: string,
    message: string,
    before?: JsonValue,
  ) =>
    issues.push(keywordIssue(proof, texts, schema, {
      code,
      path,
      keyword,
      message,
      ...(before === undefined ? {} : { before }),
    }));
  const least = numberAt(schema, "minLength") ?? 0;
  const most = numberAt(schema, "maxLength") ?? Infinity;
  if (texts.minLength < least && !hasNone(proof, texts, 0, least - 1)) {
    report(
      "schema.length.narrowed",
      "minLength",
      `Texts of fewer than ${least} characters are refused now`,
      texts.minLength,
    );
  }
  if (texts.maxLength > most && !hasNone(proof, texts, most + 1, Infinity)) {
    report(
      "schema.length.narrowed",
      "maxLength",
      `Texts of more than ${most} characters are refused now`,
      texts.maxLength === Infinity ? undefined : texts.maxLength,
    );
  }
  const pattern = textAt(schema, "pattern");
  if (pattern !== undefined && !isMatched(proof, texts, pattern)) {
    report(
      "schema.pattern.changed",
      "pattern",
      `Texts must match the pattern ${shown(pattern)} now`,
      texts.patterns[0],
    );
  }
  const format = textAt(schema, "format");
  if (format !== undefined && !isFormatted(texts, format)) {
    report(
      "schema.format.changed",
      "format",
      `Texts must have the format ${shown(format)} now`,
      texts.formats[0],
    );
  }
  return issues;
}

/** True when the patterns leave no text of these lengths. */
function hasNone(proof: Proof, texts: Texts, from: number, to: number): boolean {
  if (texts.bounds.length === 0) return false;
  return proof.language.find({
    matching: texts.bounds,
    refusing: [],
    minLength: Math.max(from, texts.minLength),
    maxLength: Math.min(to, texts.maxLength),
  }).found === "none";
}

function isMatched(proof: Proof, texts: Texts, pattern: string): boolean {
  if (texts.patterns.includes(pattern)) return true;
  return proof.language.find({
    matching: texts.bounds,
    refusing: [pattern],
    minLength: texts.minLength,
    maxLength: texts.maxLength,
  }).found === "none";
}

function isFormatted(texts: Texts, format: string): boolean {
  if (FREE_FORMATS.has(format) || INTEGER_FORMATS.has(format)) return true;
  if (!FORMAT_NAMES.has(format)) return true;
  return texts.formats.some((known) => isWithinFormat(known, format));
}
