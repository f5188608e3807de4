import type { TSchema } from "@sinclair/typebox";

/** An error as it stands on the wire: a discriminating `type`, a message, and open data. */
export interface SerializableErrorData {
  /** Unique wire type, as `NotFoundError`. */
  readonly type: string;
  /** One sentence for a person. */
  readonly message: string;
  /** Whatever else the error carries. */
  readonly [field: string]: unknown;
}

/** What a {@link TrellisError} is made with. */
export interface TrellisErrorOptions extends ErrorOptions {
  /** One sentence for a person: what happened, where, what to do. */
  message?: string;
}

/**
 * The base of every error that Trellis knows. Extend it, or call `defineError`, for errors of your
 * own; declared in a contract, they reach callers as instances of their class.
 */
export abstract class TrellisError<
  Data extends { readonly type: string; readonly message: string } = SerializableErrorData,
> extends Error {
  /** The discriminating wire type. */
  abstract override readonly name: string;
  /**
   * What `trellis trace` is asked for to see what the call has led to that was answered with this error: the id of its
   * trace where it was recorded, else that of the request. It is not sent. Undefined for what was not sent at all.
   */
  declare readonly trace?: string;

  /**
   * Made from its parts.
   *
   * @param options message and cause; the cause never goes on the wire
   */
  constructor(options: TrellisErrorOptions = {}) {
    super(options.message, { cause: options.cause });
  }

  /** The data that goes on the wire. */
  abstract toSerializable(): Data;

  /** Makes `JSON.stringify` write the wire form. */
  toJSON(): Data {
    return this.toSerializable();
  }
}

/** A class whose instances can cross the wire: what the `errors` registry of a contract takes. */
export interface ErrorClass<Instance extends Error = Error> {
  /** JSON Schema of the wire data; its `type` property is a literal, the wire type. */
  readonly schema: TSchema;
  /** Rebuilds an instance from data that fits the schema. */
  fromSerializable(data: never): Instance;
  /** Instances are recognised with `instanceof`. */
  readonly prototype: Instance;
}

/** The wire type of an error class: the literal of its schema's `type` property. */
export function wireType(error: ErrorClass): string | undefined {
  const constant: unknown = error.schema?.properties?.type?.const;
  return typeof constant === "string" ? constant : undefined;
}
