import type { ValidationIssue } from "../errors/validation_error.ts";
import { InterpretedValidator } from "./interpreted_validator.ts";

/** Checks values against one JSON Schema. */
export interface Validator {
  /** True when the value fits. */
  check(value: unknown): boolean;
  /**
   * Why a value does not fit; empty when it does. Slower than {@link check}: ask only on failure. Of a
   * large value only the first reason is given, because a hostile one has a reason in every member.
   */
  issues(value: unknown): readonly ValidationIssue[];
}

/** Makes the validator of a schema. */
export type MakeValidator = (schema: object | boolean) => Validator;

const made = new WeakMap<object, Validator>();
let make: MakeValidator = (schema) => new InterpretedValidator(schema);

/** Sets how validators are made, at their first use. All ways decide the same; schemas are interpreted unless set. */
export function makeValidatorsBy(way: MakeValidator): void {
  make = way;
}

/** The validator of a JSON Schema; the same object for the same schema object. */
export function validatorOf(schema: object | boolean): Validator {
  if (typeof schema === "boolean") return new LazyValidator(schema);
  let validator = made.get(schema);
  if (validator === undefined) made.set(schema, validator = new LazyValidator(schema));
  return validator;
}

/** Made at its first use: most schemas of a contract are never asked. */
class LazyValidator implements Validator {
  readonly #schema: object | boolean;
  #own: Validator | undefined;

  constructor(schema: object | boolean) {
    this.#schema = schema;
  }

  check(value: unknown): boolean {
    return (this.#own ??= make(this.#schema)).check(value);
  }

  issues(value: unknown): readonly ValidationIssue[] {
    return (this.#own ??= make(this.#schema)).issues(value);
  }
}
