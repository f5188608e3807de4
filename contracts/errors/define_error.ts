import type { Static, TLiteral, TObject, TProperties, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { TrellisError } from "./trellis_error.ts";

/** Wire data of an error made by {@link defineError}. */
export type DefinedErrorData<Name extends string, Fields extends TProperties> =
  & { readonly type: Name; readonly message: string }
  & Readonly<Static<TObject<Fields>>>;

/** An instance of a class made by {@link defineError}: its fields are properties. */
export type DefinedError<Name extends string, Fields extends TProperties> =
  & TrellisError<DefinedErrorData<Name, Fields>>
  & Readonly<Static<TObject<Fields>>>
  & { readonly name: Name };

/** Constructor arguments: none needed when every field is optional. */
export type DefinedErrorArguments<Fields extends TProperties> = Record<never, never> extends
  Static<TObject<Fields>> ? [fields?: Static<TObject<Fields>>, options?: ErrorOptions]
  : [fields: Static<TObject<Fields>>, options?: ErrorOptions];

/** A class made by {@link defineError}. */
export interface DefinedErrorClass<Name extends string, Fields extends TProperties> {
  /** Makes an error with its fields. */
  new (...args: DefinedErrorArguments<Fields>): DefinedError<Name, Fields>;
  /** The wire type. */
  readonly type: Name;
  /** JSON Schema of the wire data. */
  readonly schema: TObject<{ type: TLiteral<Name>; message: TString } & Fields>;
  /** Rebuilds an instance from wire data that fits the schema. */
  fromSerializable(data: DefinedErrorData<Name, Fields>): DefinedError<Name, Fields>;
  /** Instances are recognised with `instanceof`. */
  readonly prototype: DefinedError<Name, Fields>;
}

const RESERVED = ["type", "message", "name", "stack", "cause", "toSerializable", "toJSON"];

/**
 * Defines an error that handlers return and callers get back as an instance of the same class.
 *
 * ```ts
 * import { defineError } from "@qlever-llc/trellis";
 * import { Type } from "@sinclair/typebox";
 *
 * const NotFoundError = defineError({
 *   type: "NotFoundError",
 *   fields: { orderId: Type.String() },
 *   message: ({ orderId }) => `there is no order ${orderId}`,
 * });
 * new NotFoundError({ orderId: "o-1" }).message; // "there is no order o-1"
 * ```
 *
 * @throws {TypeError} when the type is not a name or a field has the name of an error member
 */
export function defineError<const Name extends string, Fields extends TProperties>(definition: {
  /** Unique wire type: letters and digits, as `NotFoundError`. */
  type: Name;
  /** TypeBox schemas of the error's own data. */
  fields: Fields;
  /** One sentence, fixed or made from the fields. */
  message: string | ((fields: Static<TObject<Fields>>) => string);
}): DefinedErrorClass<Name, Fields> {
  const { type, fields, message } = definition;
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(type)) {
    throw new TypeError(`defineError: type "${type}" must be letters and digits, as NotFoundError`);
  }
  const reserved = RESERVED.filter((name) => Object.hasOwn(fields, name));
  if (reserved.length > 0) {
    throw new TypeError(`defineError(${type}): rename the field(s) ${reserved.join(", ")}`);
  }
  const schema = Type.Object({ type: Type.Literal(type), message: Type.String(), ...fields });
  const names = Object.keys(fields);

  class Defined extends TrellisError<{ type: string; message: string }> {
    static readonly type = type;
    static readonly schema = schema;
    override readonly name = type;

    constructor(
      getOwn: Readonly<Record<string, unknown>> = {},
      options?: ErrorOptions & { message?: string },
    ) {
      super({
        ...options,
        message: options?.message ??
          (typeof message === "string" ? message : message(getOwn as Static<TObject<Fields>>)),
      });
      for (const field of names) {
        if (Object.hasOwn(getOwn, field) && getOwn[field] !== undefined) {
          Object.defineProperty(this, field, { value: getOwn[field], enumerable: true });
        }
      }
    }

    static fromSerializable(data: DefinedErrorData<Name, Fields>) {
      return new Defined(data, { message: data.message });
    }

    override toSerializable(): { type: string; message: string } {
      const own = names.filter((field) => Object.hasOwn(this, field))
        .map((field) => [field, Reflect.get(this, field)] as const);
      return { type, message: this.message, ...Object.fromEntries(own) };
    }
  }
  Object.defineProperty(Defined, "name", { value: type });
  // The fields are defined by name above, which the compiler cannot follow.
  return Defined as object as DefinedErrorClass<Name, Fields>;
}
