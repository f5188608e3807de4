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
import { TrellisError } from "./trellis_error.ts";

/** Every way in which an operation on state can fail; tell errors apart by it. */
export type StateErrorReason =
  /** The contract declares no store of this name. */
  | "store_undeclared"
  /** A key was given for a value store, or none for a map; or a value store was listed. */
  | "wrong_kind"
  /** The key is empty, too long, or no text. */
  | "invalid_key"
  /** The entry was written under a version that the contract neither has nor accepts. */
  | "version_unknown"
  /** The entry does not say which version of which contract wrote it. */
  | "unstamped"
  /** The value is larger than the server takes. */
  | "too_large"
  /** Nobody is known whose state it would be. */
  | "no_principal"
  /** The caller runs no contract, or one that is not accepted. */
  | "no_contract"
  /** The caller may not look after the state of others. */
  | "forbidden"
  /** The bucket has no room left. */
  | "full"
  /** The storage cannot be reached; a read. */
  | "unavailable"
  /** The storage did not answer in time; a read. */
  | "timeout"
  /** A write may or may not have happened: repeat it with the same request id, or read. */
  | "unknown_outcome";

const REASONS: readonly StateErrorReason[] = [
  "store_undeclared",
  "wrong_kind",
  "invalid_key",
  "version_unknown",
  "unstamped",
  "too_large",
  "no_principal",
  "no_contract",
  "forbidden",
  "full",
  "unavailable",
  "timeout",
  "unknown_outcome",
];
const RETRYABLE: readonly StateErrorReason[] = ["unavailable", "timeout"];

const StateErrorDataSchema: TObject<{
  type: TLiteral<"StateError">;
  message: TString;
  reason: TUnsafe<StateErrorReason>;
  hint: TString;
  retryable: TBoolean;
  store: TOptional<TString>;
  key: TOptional<TString>;
}> = Type.Object({
  type: Type.Literal("StateError"),
  message: Type.String(),
  reason: Type.Unsafe<StateErrorReason>({ type: "string", enum: [...REASONS] }),
  hint: Type.String(),
  retryable: Type.Boolean(),
  store: Type.Optional(Type.String()),
  key: Type.Optional(Type.String()),
});

/** Wire data of a {@link StateError}. */
export type StateErrorData = Static<typeof StateErrorDataSchema>;

/** What a {@link StateError} is made with. */
export interface StateErrorOptions extends ErrorOptions {
  /** What went wrong, from a closed list. */
  reason: StateErrorReason;
  /** One sentence: what happened, and where. */
  message: string;
  /** What to do about it. */
  hint: string;
  /** The store that it happened to. */
  store?: string | undefined;
  /** The key that it happened to. */
  key?: string | undefined;
  /** Whether the same call may succeed later; `unavailable` and `timeout` say so by default. */
  retryable?: boolean | undefined;
}

/**
 * An operation on state failed.
 *
 * ```ts ignore
 * const draft = await client.state.drafts.get("today").result();
 * if (draft.isErr() && draft.error.reason === "version_unknown") return startAgain();
 * ```
 */
export class StateError extends TrellisError<StateErrorData> {
  /** JSON Schema of the wire data. */
  static readonly schema: typeof StateErrorDataSchema = StateErrorDataSchema;
  /** The wire type. */
  override readonly name = "StateError" as const;
  /** Closed list of what can go wrong; tell errors apart by it. */
  readonly reason: StateErrorReason;
  /** What to do about it. */
  readonly hint: string;
  /** The store that it happened to, where there is one. */
  readonly store: string | undefined;
  /** The key that it happened to, where there is one. */
  readonly key: string | undefined;
  /** True when the same call may succeed later without any change. */
  readonly retryable: boolean;

  /** Makes an error. @param options reason, message, hint, and what it happened to */
  constructor(options: StateErrorOptions) {
    super(options);
    this.reason = options.reason;
    this.hint = options.hint;
    this.store = options.store;
    this.key = options.key;
    this.retryable = options.retryable ?? RETRYABLE.includes(options.reason);
  }

  /** The data that goes on the wire. */
  override toSerializable(): StateErrorData {
    const { name: type, message, reason, hint, retryable, store, key } = this;
    const data: StateErrorData = { type, message, reason, hint, retryable };
    if (store !== undefined) data.store = store;
    if (key !== undefined) data.key = key;
    return data;
  }

  /** Rebuilds an instance from wire data. */
  static fromSerializable(data: StateErrorData): StateError {
    return new StateError(data);
  }
}
