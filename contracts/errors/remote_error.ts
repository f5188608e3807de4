import type { TObject, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { type SerializableErrorData, TrellisError } from "./trellis_error.ts";

const SerializableErrorDataSchema: TObject<{ type: TString; message: TString }> = Type.Object({
  type: Type.String(),
  message: Type.String(),
});

/**
 * A service answered with an error that the contract does not declare, or that this runtime does not
 * know. The payload is kept unchanged.
 */
export class RemoteError extends TrellisError<SerializableErrorData> {
  /** JSON Schema of any error envelope: it is open. */
  static readonly schema: typeof SerializableErrorDataSchema = SerializableErrorDataSchema;
  /** The class name; the remote type is in `payload.type`. */
  override readonly name = "RemoteError" as const;
  /** What came over the wire, unchanged. */
  readonly payload: SerializableErrorData;

  /**
   * Made from its parts.
   *
   * @param options the payload, and the cause if there is one
   */
  constructor(options: ErrorOptions & { payload: SerializableErrorData }) {
    super({ ...options, message: `${options.payload.type}: ${options.payload.message}` });
    this.payload = options.payload;
  }

  /** The payload, unchanged. */
  override toSerializable(): SerializableErrorData {
    return this.payload;
  }

  /** Rebuilds an instance from wire data. */
  static fromSerializable(payload: SerializableErrorData): RemoteError {
    return new RemoteError({ payload });
  }
}
