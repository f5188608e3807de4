import type { Static, TLiteral, TObject, TString, TUnsafe } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { TrellisError } from "./trellis_error.ts";

/** Every way in which an operation can end without its output, or refuse what is asked of it; tell errors apart by it. */
export type OperationErrorReason =
  /** Somebody cancelled it. */
  | "cancelled"
  /** Its deadline has passed. */
  | "expired"
  /** It was given up: its tries are used, or its handler said that no further one would help. */
  | "dead"
  /** There is none of this id, or not any more: records are kept for a time after the end. */
  | "not_found"
  /** It has ended, so there is nothing to cancel and nobody to send a signal to. */
  | "ended"
  /** No signal came in time. */
  | "timed_out"
  /** Its record or its queue cannot be reached or written at the moment. */
  | "unavailable";

const OperationErrorDataSchema: TObject<{
  type: TLiteral<"OperationError">;
  message: TString;
  reason: TUnsafe<OperationErrorReason>;
  id: TString;
}> = Type.Object({
  type: Type.Literal("OperationError"),
  message: Type.String(),
  reason: Type.Unsafe<OperationErrorReason>(Type.String()),
  id: Type.String(),
});

/** Wire data of an {@link OperationError}. */
export type OperationErrorData = Static<typeof OperationErrorDataSchema>;

/**
 * An operation has ended without its output, or cannot do what it is asked.
 *
 * ```ts ignore
 * const report = await client.operation.report.export.resume(id).wait();
 * if (report.isErr() && report.error.name === "OperationError") show(report.error.reason);
 * ```
 */
export class OperationError extends TrellisError<OperationErrorData> {
  /** JSON Schema of the wire data. */
  static readonly schema: typeof OperationErrorDataSchema = OperationErrorDataSchema;
  /** The wire type. */
  override readonly name = "OperationError" as const;
  /** Closed list of what can be wrong; tell errors apart by it. */
  readonly reason: OperationErrorReason;
  /** Id of the operation. */
  readonly id: string;
  /** Made from its parts. @param options reason, message and the id of the operation */
  constructor(
    options: ErrorOptions & {
      readonly reason: OperationErrorReason;
      readonly message: string;
      readonly id: string;
    },
  ) {
    super(options);
    this.reason = options.reason;
    this.id = options.id;
  }

  /** True when the same request may succeed later without any change. */
  get retryable(): boolean {
    return this.reason === "unavailable";
  }

  /** The data that goes on the wire. */
  override toSerializable(): OperationErrorData {
    const { name: type, message, reason, id } = this;
    return { type, message, reason, id };
  }

  /** Rebuilds an instance from wire data. */
  static fromSerializable(data: OperationErrorData): OperationError {
    return new OperationError(data);
  }
}
