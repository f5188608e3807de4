import type { TSchema } from "@sinclair/typebox";
import type { ErrorRef, SchemaRef } from "./declaration.ts";
import type { BuiltInErrors } from "../errors/built_in_errors.ts";
import type { ErrorClass } from "../errors/trellis_error.ts";

/** Schemas by name; a module namespace will do, its other exports are ignored. */
export type SchemaRegistry = Readonly<Record<string, unknown>>;
/** Error classes by name. */
export type ErrorRegistry = Readonly<Record<string, ErrorClass>>;

/** The registries of a contract. */
export interface Registry<S extends SchemaRegistry, E extends ErrorRegistry> {
  /** TypeBox schemas by name. */
  readonly schemas?: S;
  /** Error classes by name. */
  readonly errors?: E;
}

/** The class behind a name: the registry's own, else the built-in one. */
export type NamedError<E, Name> = Name extends keyof E ? E[Name]
  : Name extends keyof BuiltInErrors ? BuiltInErrors[Name]
  : never;

/**
 * Refers to entries of the registries, by name. The names have no type of their own: the compiler
 * lists them in a message about a wrong one, and would say only what their type is called.
 */
export interface Ref<S extends SchemaRegistry, E extends ErrorRegistry> {
  /** A reference to a schema of the registry. */
  schema<
    const Name extends
      & { [Known in keyof S]: S[Known] extends TSchema ? Known : never }[keyof S]
      & string,
  >(name: Name): SchemaRef<Name, Extract<S[Name], TSchema>>;
  /** A reference to an error of the registry, or to a built-in one. */
  error<
    const Name extends
      | (string extends keyof E ? never : keyof E & string)
      | keyof BuiltInErrors,
  >(name: Name): ErrorRef<Extract<NamedError<E, Name>, ErrorClass>>;
}
