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

/** Loads what makes validators that compile code: fast, but long to load. */
export type LoadCompiler = () => Promise<MakeValidator>;

const made = new WeakMap<object, Validator>();
let load: LoadCompiler | undefined;
let loading: Promise<void> | undefined;
let compile: MakeValidator | undefined;

/** Checks of one schema from which on compiling it is worth loading what compiles. */
const MANY_CHECKS = 100;

/**
 * Allows schemas to be compiled, from when they are checked often, or when {@link loadCompiler} is called. Until
 * then, and without this, they are interpreted. Both ways decide the same.
 */
export function compileValidatorsBy(way: LoadCompiler): void {
  load = way;
}

/** Loads what compiles schemas, where that is allowed, for those who have the time ahead of their first value. */
export function loadCompiler(): Promise<void> {
  return loading ??= (load?.() ?? Promise.resolve(undefined)).then(
    (way) => void (compile = way),
    // What cannot be loaded is done without.
    () => {},
  );
}

/** The validator of a JSON Schema; the same object for the same schema object. */
export function validatorOf(schema: object | boolean): Validator {
  if (typeof schema === "boolean") return new OwnValidator(schema);
  let validator = made.get(schema);
  if (validator === undefined) made.set(schema, validator = new OwnValidator(schema));
  return validator;
}

/** Made at its first use: most schemas of a contract are never asked. */
class OwnValidator implements Validator {
  readonly #schema: object | boolean;
  #compiled: Validator | undefined;
  #interpreted: Validator | undefined;
  #checks = 0;

  constructor(schema: object | boolean) {
    this.#schema = schema;
  }

  check(value: unknown): boolean {
    return (this.#compiled ?? this.#make()).check(value);
  }

  issues(value: unknown): readonly ValidationIssue[] {
    return (this.#compiled ?? this.#make()).issues(value);
  }

  #make(): Validator {
    if (compile !== undefined) return this.#compiled = compile(this.#schema);
    if (++this.#checks === MANY_CHECKS) loadCompiler();
    return this.#interpreted ??= new InterpretedValidator(this.#schema);
  }
}
