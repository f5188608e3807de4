import type {
  Static,
  TBoolean,
  TLiteral,
  TObject,
  TOptional,
  TString,
  TUnsafe,
} from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { TrellisError } from "../../contracts/errors/trellis_error.ts";

/** Every way in which a store operation can fail; tell errors apart by it. */
export type StoreErrorReason =
  /** The key holds no object. */
  | "not_found"
  /** `create` found an object under the key. */
  | "exists"
  /** The key breaks the rules for keys. */
  | "invalid_key"
  /** The body is neither bytes nor a stream of bytes, or is being read elsewhere. */
  | "invalid_body"
  /** The metadata or the content type breaks its rules. */
  | "invalid_metadata"
  /** A timeout or an interval is out of bounds. */
  | "invalid_option"
  /** Offset or limit of a page is out of bounds. */
  | "invalid_page"
  /** The body failed or stalled while it was being read; nothing was stored. */
  | "body_failed"
  /** The object is larger than the binding or the server allows; nothing was stored. */
  | "too_large"
  /** The store has no room left; nothing was stored. */
  | "full"
  /** What is stored is not what was written. */
  | "corrupt"
  /** The object was replaced or deleted, and its bytes have been removed since. */
  | "gone"
  /** Others changed the key again and again; nothing was changed. */
  | "conflict"
  /** The server or its JetStream cannot be reached; nothing was changed. */
  | "unavailable"
  /** The time for the operation was over; nothing was changed. */
  | "timeout"
  /** The caller's signal ended the operation; nothing was changed. */
  | "aborted"
  /** A write may or may not have happened; only reading the key can tell. */
  | "unknown_outcome"
  /** The store does not exist. */
  | "store_missing"
  /** The server does not permit the operation. */
  | "forbidden";

const REASONS: readonly StoreErrorReason[] = [
  "not_found",
  "exists",
  "invalid_key",
  "invalid_body",
  "invalid_metadata",
  "invalid_option",
  "invalid_page",
  "body_failed",
  "too_large",
  "full",
  "corrupt",
  "gone",
  "conflict",
  "unavailable",
  "timeout",
  "aborted",
  "unknown_outcome",
  "store_missing",
  "forbidden",
];

/** These may pass without any change. */
const PASSING: readonly StoreErrorReason[] = ["unavailable", "timeout", "conflict"];

const StoreErrorDataSchema: TObject<{
  type: TLiteral<"StoreError">;
  message: TString;
  reason: TUnsafe<StoreErrorReason>;
  retryable: TBoolean;
  key: TOptional<TString>;
}> = Type.Object({
  type: Type.Literal("StoreError"),
  message: Type.String(),
  reason: Type.Unsafe<StoreErrorReason>({ type: "string", enum: [...REASONS] }),
  retryable: Type.Boolean(),
  key: Type.Optional(Type.String()),
});

/** Wire data of a {@link StoreError}. */
export type StoreErrorData = Static<typeof StoreErrorDataSchema>;

/** What a {@link StoreError} is made with. */
export interface StoreErrorOptions extends ErrorOptions {
  /** What went wrong, from a closed list. */
  reason: StoreErrorReason;
  /** One sentence: what happened, where, what to do. */
  message: string;
  /** The key that it happened to. */
  key?: string;
  /** Whether the same call may succeed later; some reasons say so by default. */
  retryable?: boolean;
}

/**
 * A store operation failed.
 *
 * ```ts ignore
 * const entry = await uploads.get("incoming/a.pdf").take();
 * if (isErr(entry) && entry.error.reason === "not_found") return ok(undefined);
 * ```
 */
export class StoreError extends TrellisError<StoreErrorData> {
  /** JSON Schema of the wire data. */
  static readonly schema: typeof StoreErrorDataSchema = StoreErrorDataSchema;
  /** The wire type. */
  override readonly name = "StoreError" as const;
  /** Closed list of what can go wrong; tell errors apart by it. */
  readonly reason: StoreErrorReason;
  /** The key that it happened to, where there is one. */
  readonly key: string | undefined;
  /** True when the same call may succeed later without any change; a body must be given again. */
  readonly retryable: boolean;

  /** Makes an error. @param options reason, message, and what it happened to */
  constructor(options: StoreErrorOptions) {
    super(options);
    this.reason = options.reason;
    this.key = options.key;
    this.retryable = options.retryable ?? PASSING.includes(options.reason);
  }

  /** The data that goes on the wire. */
  override toSerializable(): StoreErrorData {
    const { name: type, message, reason, retryable, key } = this;
    const data: StoreErrorData = { type, message, reason, retryable };
    if (key !== undefined) data.key = key;
    return data;
  }

  /** Rebuilds an instance from wire data. */
  static fromSerializable(data: StoreErrorData): StoreError {
    return new StoreError(data);
  }
}
