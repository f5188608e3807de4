import {
  type Static,
  type TArray,
  type TBoolean,
  type TLiteral,
  type TObject,
  type TOptional,
  type TString,
  type TUnsafe,
  Type,
} from "@sinclair/typebox";
import { TrellisError } from "../../contracts/errors/trellis_error.ts";
import type { ValidationIssue } from "../../contracts/errors/validation_error.ts";

/** Every way in which a KV operation can fail; tell errors apart by it. */
export type KVErrorReason =
  /** The key holds no value. */
  | "not_found"
  /** `create` found a value under the key. */
  | "exists"
  /** The key's current revision is not the expected one. */
  | "revision_mismatch"
  /** The key breaks the key grammar. */
  | "invalid_key"
  /** The filter breaks the filter grammar. */
  | "invalid_filter"
  /** The value does not fit the schema, or JSON cannot represent it. */
  | "invalid_value"
  /** What is stored under the key is not JSON, or does not fit the schema. */
  | "corrupt_value"
  /** The value is larger than the binding, the bucket or the server allows. */
  | "too_large"
  /** The bucket has no room left. */
  | "full"
  /** The server or its JetStream cannot be reached; nothing was changed. */
  | "unavailable"
  /** The server did not answer a read in time. */
  | "timeout"
  /** The caller's signal ended the wait. */
  | "aborted"
  /** A write may or may not have happened; only reading the key can tell. */
  | "unknown_outcome"
  /** The bucket does not exist, or is not the one that it was. */
  | "bucket_missing"
  /** The server does not permit the operation. */
  | "forbidden"
  /** Offset or limit of a page is out of bounds. */
  | "invalid_page";

const REASONS: readonly KVErrorReason[] = [
  "not_found",
  "exists",
  "revision_mismatch",
  "invalid_key",
  "invalid_filter",
  "invalid_value",
  "corrupt_value",
  "too_large",
  "full",
  "unavailable",
  "timeout",
  "aborted",
  "unknown_outcome",
  "bucket_missing",
  "forbidden",
  "invalid_page",
];

const KVErrorDataSchema: TObject<{
  type: TLiteral<"KVError">;
  message: TString;
  reason: TUnsafe<KVErrorReason>;
  retryable: TBoolean;
  key: TOptional<TString>;
  issues: TOptional<TArray<TObject<{ path: TString; message: TString }>>>;
}> = Type.Object({
  type: Type.Literal("KVError"),
  message: Type.String(),
  reason: Type.Unsafe<KVErrorReason>({ type: "string", enum: [...REASONS] }),
  retryable: Type.Boolean(),
  key: Type.Optional(Type.String()),
  issues: Type.Optional(
    Type.Array(Type.Object({ path: Type.String(), message: Type.String() })),
  ),
});

/** Wire data of a {@link KVError}. */
export type KVErrorData = Static<typeof KVErrorDataSchema>;

/** What a {@link KVError} is made with. */
export interface KVErrorOptions extends ErrorOptions {
  /** What went wrong, from a closed list. */
  reason: KVErrorReason;
  /** One sentence: what happened, where, what to do. */
  message: string;
  /** The key that it happened to. */
  key?: string;
  /** Why a value does not fit. */
  issues?: readonly ValidationIssue[];
  /** Whether the same call may succeed later; `unavailable` and `timeout` say so by default. */
  retryable?: boolean;
}

/**
 * A KV operation failed.
 *
 * ```ts ignore
 * const entry = await client.kv.orders.get("o-1").take();
 * if (isErr(entry) && entry.error.reason === "not_found") return ok(undefined);
 * ```
 */
export class KVError extends TrellisError<KVErrorData> {
  /** JSON Schema of the wire data. */
  static readonly schema: typeof KVErrorDataSchema = KVErrorDataSchema;
  /** The wire type. */
  override readonly name = "KVError" as const;
  /** Closed list of what can go wrong; tell errors apart by it. */
  readonly reason: KVErrorReason;
  /** The key that it happened to, where there is one. */
  readonly key: string | undefined;
  /** Why a value does not fit; for `invalid_value` and `corrupt_value`. */
  readonly issues: readonly ValidationIssue[] | undefined;
  /** True when the same call may succeed later without any change. */
  readonly retryable: boolean;

  /** Makes an error. @param options reason, message, and what it happened to */
  constructor(options: KVErrorOptions) {
    super(options);
    this.reason = options.reason;
    this.key = options.key;
    this.issues = options.issues;
    this.retryable = options.retryable ??
      (options.reason === "unavailable" || options.reason === "timeout");
  }

  /** The data that goes on the wire. */
  override toSerializable(): KVErrorData {
    const data: KVErrorData = {
      type: this.name,
      message: this.message,
      reason: this.reason,
      retryable: this.retryable,
    };
    if (this.key !== undefined) data.key = this.key;
    if (this.issues !== undefined) data.issues = this.issues.map((issue) => ({ ...issue }));
    return data;
  }

  /** Rebuilds an instance from wire data. */
  static fromSerializable(data: KVErrorData): KVError {
    return new KVError(data);
  }
}
