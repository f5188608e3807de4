import type { Static, TLiteral, TObject, TString, TUnsafe } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { TrellisError } from "./trellis_error.ts";

/** Every way in which a file can fail to get where it was sent; tell errors apart by it. */
export type TransferErrorReason =
  /** The bytes are not those that their sender, or their grant, has said. What came is kept for another try. */
  | "digest_mismatch"
  /** It is not the file of which a part was sent before: start it anew. */
  | "changed"
  /** It has more bytes than the operation or the store takes. */
  | "too_large"
  /** Some of it has not come; it was committed too early, or what came first has expired. */
  | "incomplete"
  /** There is no such grant or operation, for this session and at this time. */
  | "not_found"
  /** The time to send or to fetch it is over. */
  | "expired"
  /** What is on its way takes all the room that there is: try again later. */
  | "busy"
  /** The store has no room for it. What came is kept for another try. */
  | "store_full"
  /** What it was granted for has been replaced or deleted meanwhile. */
  | "gone"
  /** Bytes were asked for that it does not have, or that were not granted. */
  | "out_of_range"
  /** The body could not be read. */
  | "body_failed"
  /** The caller has ended it. */
  | "aborted"
  /** The service, its store or the server cannot be reached at the moment; nothing is lost. */
  | "unavailable";

const TransferErrorDataSchema: TObject<{
  type: TLiteral<"TransferError">;
  message: TString;
  reason: TUnsafe<TransferErrorReason>;
  id: TString;
}> = Type.Object({
  type: Type.Literal("TransferError"),
  message: Type.String(),
  reason: Type.Unsafe<TransferErrorReason>(Type.String()),
  id: Type.String(),
});

/** Wire data of a {@link TransferError}. */
export type TransferErrorData = Static<typeof TransferErrorDataSchema>;

const RETRYABLE: readonly TransferErrorReason[] = ["busy", "store_full", "unavailable"];

/** A file was not sent or fetched. */
export class TransferError extends TrellisError<TransferErrorData> {
  /** JSON Schema of the wire data. */
  static readonly schema: typeof TransferErrorDataSchema = TransferErrorDataSchema;
  /** The wire type. */
  override readonly name = "TransferError" as const;
  /** Closed list of what can be wrong; tell errors apart by it. */
  readonly reason: TransferErrorReason;
  /** Id of the operation or of the grant, with which it can be gone on with. */
  readonly id: string;
  /** Made from its parts. @param options reason, message, and the id of the operation or the grant */
  constructor(
    options: ErrorOptions & {
      readonly reason: TransferErrorReason;
      readonly message: string;
      readonly id: string;
    },
  ) {
    super(options);
    this.reason = options.reason;
    this.id = options.id;
  }

  /** True when the same may succeed later without any change. */
  get retryable(): boolean {
    return RETRYABLE.includes(this.reason);
  }

  /** The data that goes on the wire. */
  override toSerializable(): TransferErrorData {
    const { name: type, message, reason, id } = this;
    return { type, message, reason, id };
  }

  /** Rebuilds an instance from wire data. */
  static fromSerializable(data: TransferErrorData): TransferError {
    return new TransferError(data);
  }
}
