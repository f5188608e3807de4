import type { JsonObject } from "../json/json.ts";
import { compilePattern } from "../patterns/text_pattern.ts";
import { hasFormat, hasNumberFormat, INTEGER_FORMATS } from "./formats.ts";
import { type Rule, rule } from "./rule.ts";
import { numberAt, textAt } from "./schema_parts.ts";

/** What a schema says of numbers. */
export function numberRules(schema: JsonObject): readonly Rule<number>[] {
  const rules: Rule<number>[] = [];
  const add = (
    keyword: string,
    words: string,
    isKept: (value: number, bound: number) => boolean,
  ) => {
    const bound = numberAt(schema, keyword);
    if (bound === undefined) return;
    rules.push(rule((value) => isKept(value, bound), `must be ${words} ${bound}`));
  };
  add("maximum", "<=", (value, bound) => value <= bound);
  add("minimum", ">=", (value, bound) => value >= bound);
  add("exclusiveMaximum", "<", (value, bound) => value < bound);
  add("exclusiveMinimum", ">", (value, bound) => value > bound);
  add("multipleOf", "multiple of", isMultiple);
  const format = textAt(schema, "format") ?? "";
  if (INTEGER_FORMATS.has(format)) {
    rules.push(rule((value) => hasNumberFormat(format, value), `must match format "${format}"`));
  }
  return rules;
}

/** What a schema says of texts. */
export function textRules(schema: JsonObject): readonly Rule<string>[] {
  const rules: Rule<string>[] = [];
  const most = numberAt(schema, "maxLength");
  if (most !== undefined) {
    const message = `must NOT have more than ${most} characters`;
    rules.push(rule((text) => text.length <= most || characters(text) <= most, message));
  }
  const least = numberAt(schema, "minLength");
  if (least !== undefined) {
    const message = `must NOT have fewer than ${least} characters`;
    rules.push(rule((text) => text.length >= least && characters(text) >= least, message));
  }
  const pattern = textAt(schema, "pattern");
  if (pattern !== undefined) {
    const compiled = compilePattern(pattern);
    rules.push(rule((text) => compiled.test(text), `must match pattern "${pattern}"`));
  }
  const format = textAt(schema, "format");
  if (format !== undefined) {
    rules.push(rule((text) => hasFormat(format, text), `must match format "${format}"`));
  }
  return rules;
}

/** Whether a number is a multiple: as the compiled check sees it, while the quotient has no exponent. */
export function isMultiple(value: number, step: number): boolean {
  const quotient = value / step;
  return quotient === Number.parseInt(String(quotient));
}

/** The number of characters, as JSON Schema counts them: code points. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
