import { TrellisError } from "@qlever-llc/trellis";

/** Wire data of the documented error. */
export interface AuthErrorData {
  readonly type: "AuthError";
  readonly message: string;
  readonly reason: "expired" | "unknown_user";
}

export class AuthError extends TrellisError<AuthErrorData> {
  override readonly name = "AuthError" as const;
  readonly reason: AuthErrorData["reason"];

  constructor(options: ErrorOptions & { reason: AuthErrorData["reason"] }) {
    super(options);
    this.reason = options.reason;
  }

  override toSerializable(): AuthErrorData {
    return { type: this.name, message: this.message, reason: this.reason };
  }
}
