import type { Static, TLiteral, TObject, TString } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { TrellisError } from "./trellis_error.ts";

/** Every way in which the transport or the runtime's own boundary can fail. */
export type TransportErrorCode =
  | "trellis.connection.refused"
  | "trellis.connection.down"
  | "trellis.connection.lost"
  | "trellis.connection.closed"
  | "trellis.connection.unauthorized"
  | "trellis.server.unsupported"
  | "trellis.bind.missing"
  | "trellis.bind.outdated"
  | "trellis.bind.failed"
  | "trellis.bootstrap.failed"
  | "trellis.use.missing"
  | "trellis.session.pending"
  | "trellis.session.refused"
  | "trellis.login.expired"
  | "trellis.login.refused"
  | "trellis.login.unavailable"
  | "trellis.rpc.unavailable"
  | "trellis.rpc.timeout"
  | "trellis.rpc.aborted"
  | "trellis.rpc.malformed_reply"
  | "trellis.rpc.invalid_output"
  | "trellis.rpc.payload_too_large"
  | "trellis.rpc.overloaded"
  | "trellis.event.conflict"
  | "trellis.feed.gap"
  | "trellis.permission.denied"
  | "trellis.permission.capability";

const TransportErrorDataSchema: TObject<
  { type: TLiteral<"TransportError">; message: TString; code: TString; hint: TString }
> = Type.Object({
  type: Type.Literal("TransportError"),
  message: Type.String(),
  code: Type.String(),
  hint: Type.String(),
});

/** Wire data of a {@link TransportError}. */
export type TransportErrorData = Static<typeof TransportErrorDataSchema>;

/** The transport or the runtime's boundary failed: no route, no connection, a malformed reply. */
export class TransportError extends TrellisError<TransportErrorData> {
  /** JSON Schema of the wire data. */
  static readonly schema: typeof TransportErrorDataSchema = TransportErrorDataSchema;
  /** The wire type. */
  override readonly name = "TransportError" as const;
  /** Closed list of what can go wrong; distinguish errors by it. */
  readonly code: TransportErrorCode;
  /** What a person can do about it. */
  readonly hint: string;
  /** The command that the hint speaks of, as the words behind `trellis`; it is not sent. */
  readonly command: readonly string[] | undefined;
  /** Global keys of the capabilities that the caller lacks, where that is why; they are not sent. */
  readonly missing: readonly string[] | undefined;
  /** True when the request may have been carried out all the same; it is not sent. */
  readonly isOutcomeUnknown: boolean;

  /**
   * Made from its parts.
   *
   * @param options what happened, its code, and what to do
   */
  constructor(
    options: ErrorOptions & {
      message: string;
      code: TransportErrorCode;
      hint: string;
      command?: readonly string[];
      missing?: readonly string[];
      isOutcomeUnknown?: boolean | undefined;
    },
  ) {
    super(options);
    this.code = options.code;
    this.hint = options.hint;
    this.command = options.command;
    this.missing = options.missing;
    this.isOutcomeUnknown = options.isOutcomeUnknown ?? false;
  }

  /** True when the same call may succeed later without any change. */
  get retryable(): boolean {
    return this.code === "trellis.rpc.unavailable" || this.code === "trellis.rpc.timeout" ||
      this.code === "trellis.rpc.overloaded" || this.code === "trellis.connection.refused" ||
      this.code === "trellis.connection.down" || this.code === "trellis.connection.lost";
  }

  /** The data that goes on the wire. */
  override toSerializable(): TransportErrorData {
    return { type: this.name, message: this.message, code: this.code, hint: this.hint };
  }

  /** Rebuilds an instance from wire data. */
  static fromSerializable({ message, code, hint }: TransportErrorData): TransportError {
    // A newer runtime may know codes that this one does not; they are kept unchanged.
    return new TransportError({ message, hint, code: code as TransportErrorCode });
  }
}
