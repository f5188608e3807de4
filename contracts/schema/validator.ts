import { Ajv2019, type ErrorObject, type ValidateFunction } from "ajv/dist/2019.js";
import addFormatsModule from "ajv-formats";
import { fullFormats } from "ajv-formats/dist/formats.js";
import { isCommonDateTime } from "./date_time.ts";
import type { ValidationIssue } from "../errors/validation_error.ts";

/**
 * Checks values against one JSON Schema. Compiled at first use: compiling costs milliseconds,
 * a check well under a microsecond.
 */
export interface Validator {
  /** True when the value fits. */
  check(value: unknown): boolean;
  /** Why a value does not fit; empty when it does. Slower than {@link check}: ask only on failure. */
  issues(value: unknown): readonly ValidationIssue[];
}

const MAX_ISSUES = 20;
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
    this.#collect ??= (thorough ??= newAjv(true)).compile(this.#schema);
    try {
      if (this.#collect(value)) return [];
    } catch {
      return [{ path: "", message: "has members that cannot be compared, such as valueOf" }];
    }
    return (this.#collect.errors ?? []).slice(0, MAX_ISSUES).map(toIssue);
  }
}

const GENERAL_DATE_TIME = fullFormats["date-time"];

function isDateTime(text: string): boolean {
  if (isCommonDateTime(text)) return true;
  const general = GENERAL_DATE_TIME;
  return typeof general === "object" && "validate" in general &&
    typeof general.validate === "function" &&
    Reflect.apply(general.validate, undefined, [text]) === true;
}

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
  });
  addFormatsModule.default(ajv, { mode: "full" });
  ajv.addFormat("date-time", { type: "string", validate: isDateTime });
  return ajv;
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
