import type { Static, TLiteral, TObject, TOptional, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { TrellisError } from "./trellis_error.ts";

const UnexpectedErrorDataSchema: TObject<
  { type: TLiteral<"UnexpectedError">; message: TString; id: TOptional<TString> }
> = Type.Object({
  type: Type.Literal("UnexpectedError"),
  message: Type.String(),
  id: Type.Optional(Type.String()),
});

/** Wire data of an {@link UnexpectedError}. */
export type UnexpectedErrorData = Static<typeof UnexpectedErrorDataSchema>;

/**
 * Something that was not expected, such as an exception in a handler. The cause stays in the
 * process where it happened; on the wire there is only the id under which it was logged.
 */
export class UnexpectedError extends TrellisError<UnexpectedErrorData> {
  /** JSON Schema of the wire data. */
  static readonly schema: typeof UnexpectedErrorDataSchema = UnexpectedErrorDataSchema;
  /** The wire type. */
  override readonly name = "UnexpectedError" as const;
  /** Finds the cause in the log of the process where it happened. */
  readonly id: string | undefined;

  /**
   * Made from its parts.
   *
   * @param options the cause, and a message that is safe to show to a caller
   */
  constructor(options: ErrorOptions & { message?: string; id?: string | undefined } = {}) {
    super({ ...options, message: options.message ?? "an unexpected error occurred" });
    this.id = options.id;
  }

  /** The data that goes on the wire. */
  override toSerializable(): UnexpectedErrorData {
    const data: UnexpectedErrorData = { type: this.name, message: this.message };
    if (this.id !== undefined) data.id = this.id;
    return data;
  }

  /** Rebuilds an instance from wire data. */
  static fromSerializable({ message, id }: UnexpectedErrorData): UnexpectedError {
    return new UnexpectedError({ message, id });
  }
}
