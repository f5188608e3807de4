import {
  Ajv2019,
  type AnySchema,
  type ErrorObject,
  type FuncKeywordDefinition,
  type ValidateFunction,
} from "ajv/dist/2019.js";
import type { RegExpEngine } from "ajv/dist/types/index.js";
import type { ValidationIssue } from "../errors/validation_error.ts";
import { appendPointer } from "../json/json_pointer.ts";
import { compilePattern } from "../patterns/text_pattern.ts";
import { hasNumberFormat, INTEGER_FORMATS, TEXT_FORMATS } from "./formats.ts";
import { isLarge, MAX_ISSUES } from "./issue_report.ts";
import { haveNoEqual } from "./unique_items.ts";
import type { Validator } from "./validator.ts";

let quick: Ajv2019 | undefined;
let thorough: Ajv2019 | undefined;

/**
 * Checks by code that is compiled from the schema: fast, but web pages may forbid it. Compiled at first
 * use, which costs milliseconds; a check takes well under a microsecond.
 */
export class CompiledValidator implements Validator {
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
  // The other formats take every value, as unknown ones do.
  for (const [name, validate] of TEXT_FORMATS) ajv.addFormat(name, { type: "string", validate });
  for (const name of INTEGER_FORMATS.keys()) {
    ajv.addFormat(name, { type: "number", validate: (value) => hasNumberFormat(name, value) });
  }
  for (const keyword of LINEAR_KEYWORDS) {
    ajv.removeKeyword(keyword.keyword);
    ajv.addKeyword(keyword);
  }
  return ajv;
}

/** Behind a list of items, the library passes over what follows where a value has fewer. */
const BEFORE = "additionalItems";

/**
 * Keywords that the library checks in other than linear time, or with an error for each item: it
 * compares all pairs of items, and keeps why each item is not the wanted one.
 */
const LINEAR_KEYWORDS: readonly (FuncKeywordDefinition & { readonly keyword: string })[] = [{
  keyword: "uniqueItems",
  before: BEFORE,
  type: "array",
  schemaType: "boolean",
  compile: (isWanted: boolean) => isWanted ? haveNoEqual : () => true,
  error: { message: "must NOT have duplicate items" },
}, {
  keyword: "contains",
  before: BEFORE,
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

function toIssue(error: ErrorObject): ValidationIssue {
  const missing: unknown = error.params.missingProperty;
  const allowed: unknown = error.params.allowedValues ?? error.params.allowedValue;
  const detail = allowed === undefined ? "" : ` ${JSON.stringify(allowed)}`;
  return {
    path: typeof missing === "string"
      ? appendPointer(error.instancePath, missing)
      : error.instancePath,
    message: typeof missing === "string"
      ? "is required"
      : `${error.message ?? "is wrong"}${detail}`,
  };
}
