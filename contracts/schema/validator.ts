import {
  Ajv2019,
  type AnySchema,
  type ErrorObject,
  type FuncKeywordDefinition,
  type ValidateFunction,
} from "ajv/dist/2019.js";
import type { RegExpEngine } from "ajv/dist/types/index.js";
import addFormatsModule from "ajv-formats";
import type { ValidationIssue } from "../errors/validation_error.ts";
import { TEXT_FORMATS } from "./formats.ts";
import { compilePattern } from "../patterns/text_pattern.ts";
import { haveNoEqual } from "./unique_items.ts";

/**
 * Checks values against one JSON Schema. Compiled at first use: compiling costs milliseconds,
 * a check well under a microsecond.
 */
export interface Validator {
  /** True when the value fits. */
  check(value: unknown): boolean;
  /**
   * Why a value does not fit; empty when it does. Slower than {@link check}: ask only on failure. Of a
   * large value only the first reason is given, because a hostile one has a reason in every member.
   */
  issues(value: unknown): readonly ValidationIssue[];
}

const MAX_ISSUES = 20;
/** Of a value with more parts than this, only the first reason is collected. */
const MAX_PARTS = 20_000;
const compiled = new WeakMap<object, Validator>();
let quick: Ajv2019 | undefined;
let thorough: Ajv2019 | undefined;

/** The validator of a JSON Schema; the same object for the same schema object. */
export function validatorOf(schema: object | boolean): Validator {
  if (typeof schema === "boolean") return new LazyValidator(schema);
  let validator = compiled.get(schema);
  if (validator === undefined) compiled.set(schema, validator = new LazyValidator(schema));
  return validator;
}

class LazyValidator implements Validator {
  readonly #schema: object | boolean;
  #check: ValidateFunction | undefined;
  #collect: ValidateFunction | undefined;

  constructor(schema: object | boolean) {
    // A check answers at once; the library would make a promise of it.
    this.#schema = typeof schema === "object" && "$async" in schema
      ? { ...schema, $async: false }
      : schema;
  }

  check(value: unknown): boolean {
    this.#check ??= (quick ??= newAjv(false)).compile(this.#schema);
    try {
      return this.#check(value);
    } catch {
      // Comparing with a constant calls `valueOf`, and data may have a member of that name.
      return false;
    }
  }

  issues(value: unknown): readonly ValidationIssue[] {
    const validate = isLarge(value)
      ? this.#check ??= (quick ??= newAjv(false)).compile(this.#schema)
      : this.#collect ??= (thorough ??= newAjv(true)).compile(this.#schema);
    try {
      if (validate(value)) return [];
    } catch {
      return [{ path: "", message: "has members that cannot be compared, such as valueOf" }];
    }
    return (validate.errors ?? []).slice(0, MAX_ISSUES).map(toIssue);
  }
}

/** Compiles patterns so that they take linear time. */
const PATTERNS: RegExpEngine = Object.assign((pattern: string) => compilePattern(pattern), {
  // Only for code that is written to files.
  code: "new RegExp",
});

function newAjv(allErrors: boolean): Ajv2019 {
  // Schemas come from other tools too: unknown keywords are annotations, as JSON Schema says.
  const ajv = new Ajv2019({
    allErrors,
    strict: false,
    validateFormats: true,
    addUsedSchema: false,
    logger: false,
    inlineRefs: true,
    // Contracts are checked when they are read; compiling the schema of schemas takes long.
    validateSchema: false,
    // Inherited members such as toString are not part of a value.
    ownProperties: true,
    code: { regExp: PATTERNS },
  });
  addFormatsModule.default(ajv, { mode: "full" });
  for (const [name, validate] of TEXT_FORMATS) ajv.addFormat(name, { type: "string", validate });
  for (const keyword of LINEAR_KEYWORDS) {
    ajv.removeKeyword(keyword.keyword);
    ajv.addKeyword(keyword);
  }
  return ajv;
}

/**
 * Keywords that the library checks in other than linear time, or with an error for each item: it
 * compares all pairs of items, and keeps why each item is not the wanted one.
 */
const LINEAR_KEYWORDS: readonly (FuncKeywordDefinition & { readonly keyword: string })[] = [{
  keyword: "uniqueItems",
  type: "array",
  schemaType: "boolean",
  compile: (isWanted: boolean) => isWanted ? haveNoEqual : () => true,
  error: { message: "must NOT have duplicate items" },
}, {
  keyword: "contains",
  type: "array",
  schemaType: ["object", "boolean"],
  compile: (wanted: AnySchema, { minContains = 1, maxContains = Infinity }, { self }) => {
    const isWanted = self.compile(wanted);
    return (items: readonly unknown[]) => {
      let count = 0;
      for (let i = 0; i < items.length && count <= maxContains; i++) {
        if (isWanted(items[i])) count++;
      }
      return count >= minContains && count <= maxContains;
    };
  },
  error: { message: "must contain some of the wanted items, and not too many" },
}];

/** True for values of many parts, after a look at as many of them at most. */
function isLarge(value: unknown): boolean {
  const open: unknown[] = [value];
  for (let at = 0; at < open.length; at++) {
    const part = open[at];
    if (typeof part !== "object" || part === null) continue;
    const members: readonly unknown[] = Array.isArray(part) ? part : Object.values(part);
    if (open.length + members.length > MAX_PARTS) return true;
    for (const member of members) open.push(member);
  }
  return false;
}

function toIssue(error: ErrorObject): ValidationIssue {
  const missing: unknown = error.params.missingProperty;
  const allowed: unknown = error.params.allowedValues ?? error.params.allowedValue;
  const detail = allowed === undefined ? "" : ` ${JSON.stringify(allowed)}`;
  return {
    path: typeof missing === "string" ? `${error.instancePath}/${missing}` : error.instancePath,
    message: typeof missing === "string"
      ? "is required"
      : `${error.message ?? "is wrong"}${detail}`,
  };
}
