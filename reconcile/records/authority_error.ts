/** Every way in which authority refuses. */
export type AuthorityErrorCode =
  | "deployment_not_found"
  | "plan_not_found"
  | "version_not_found"
  | "rollback_crosses_renames"
  | "version_current"
  | "plan_already_decided"
  | "plan_superseded"
  | "plan_outdated"
  | "plan_is_migration"
  | "plan_pending"
  | "acknowledgement_required"
  | "reason_required"
  | "text_too_long"
  | "version_conflict"
  | "strict_elsewhere"
  | "surface_taken"
  | "server_too_old"
  | "contract_mismatch"
  | "contract_invalid"
  | "resource_not_retired"
  | "projection_not_found"
  | "deletion_unfinished"
  | "newer_format"
  | "record_corrupt"
  | "record_too_large"
  | "capability_unknown"
  | "capability_ambiguous"
  | "grant_not_found"
  | "grant_invalid"
  | "group_not_found"
  | "key_taken"
  | "user_not_found"
  | "user_exists"
  | "user_invalid"
  | "last_admin"
  | "password_refused"
  | "link_refused"
  | "too_many_conflicts"
  | "unavailable";

/** Authority refused: what happened, and what to do. */
export class AuthorityError extends Error {
  /** Recognised across module instances. */
  override readonly name = "AuthorityError";

  /** The command that the hint speaks of, as the words behind `trellis`. */
  readonly command: readonly string[] | undefined;

  /**
   * @param code closed list of reasons
   * @param message what happened, and where
   * @param hint what to do
   * @param options `command`: the words behind `trellis` that do it or show more
   */
  constructor(
    readonly code: AuthorityErrorCode,
    message: string,
    readonly hint: string,
    options?: ErrorOptions & { readonly command?: readonly string[] },
  ) {
    super(message, options);
    this.command = options?.command;
  }

  /** True when the same request may succeed later without any change. */
  get retryable(): boolean {
    return this.code === "unavailable" || this.code === "too_many_conflicts";
  }
}

/** `svc <deployment> authority …`, for {@link AuthorityError.command}. */
export function authorityCommand(
  deployment: string,
  ...words: readonly string[]
): readonly string[] {
  return ["svc", deployment, "authority", ...words];
}
