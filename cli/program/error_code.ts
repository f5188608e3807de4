import type { OperationErrorReason } from "../../contracts/errors/operation_error.ts";
import type { StateErrorReason } from "../../contracts/errors/state_error.ts";
import type { TransferErrorReason } from "../../contracts/errors/transfer_error.ts";
import type { TransportErrorCode } from "../../contracts/errors/transport_error.ts";
import type { AuthorityErrorCode } from "../../reconcile/records/authority_error.ts";
import type { JobErrorReason } from "../../runtime/jobs/job_error.ts";
import type { KVErrorReason } from "../../runtime/kv/kv_error.ts";
import type { StoreErrorReason } from "../../runtime/store/store_error.ts";
import type { ServerErrorCode } from "../nats_server/probe/server_error.ts";
import { EXIT_CODE, type ExitCode } from "./exit_code.ts";

/** Every way in which the command line itself fails. */
type CommandErrorCode =
  | "alias_not_found"
  | "approval_pending"
  | "bad_name"
  | "contract_problems"
  | "feed_not_found"
  | "git_failed"
  | "git_missing"
  | "interrupted"
  | "is_directory"
  | "jobs_stay"
  | "layout_refused"
  | "letters_stay"
  | "no_contracts"
  | "no_file"
  | "not_a_bundle"
  | "not_a_manifest"
  | "not_canonical"
  | "not_json"
  | "not_logged_in"
  | "not_paused"
  | "not_replayed"
  | "not_secured"
  | "not_text"
  | "not_written"
  | "oidc_invalid"
  | "operation_not_found"
  | "project_in_use"
  | "rpc_not_found"
  | "server_ended"
  | "target_in_use"
  | "unreadable"
  | "usage";

/** Every code that a command can end with. */
export type ErrorCode =
  | AuthorityErrorCode
  | CommandErrorCode
  | JobErrorReason
  | OperationErrorReason
  | KVErrorReason
  | ServerErrorCode
  | StateErrorReason
  | StoreErrorReason
  | TransferErrorReason
  | TransportErrorCode;

const { failure, usage, decision, notFound, unreachable, conflict } = EXIT_CODE;

const EXIT_CODES: Readonly<Record<ErrorCode, ExitCode>> = {
  alias_not_found: notFound,
  approval_pending: decision,
  bad_name: failure,
  contract_problems: failure,
  feed_not_found: notFound,
  git_failed: failure,
  git_missing: failure,
  interrupted: failure,
  is_directory: failure,
  jobs_stay: failure,
  layout_refused: failure,
  letters_stay: failure,
  no_contracts: failure,
  no_file: failure,
  not_a_bundle: failure,
  not_a_manifest: failure,
  not_canonical: failure,
  not_found: notFound,
  not_json: failure,
  not_replayed: failure,
  not_paused: failure,
  not_logged_in: notFound,
  not_secured: failure,
  not_text: failure,
  not_written: failure,
  oidc_invalid: failure,
  operation_not_found: notFound,
  project_in_use: conflict,
  rpc_not_found: notFound,
  server_ended: failure,
  target_in_use: failure,
  unreadable: failure,
  unsupported: failure,
  usage: usage,
  deployment_not_found: notFound,
  plan_not_found: notFound,
  projection_not_found: notFound,
  version_not_found: notFound,
  rollback_crosses_renames: failure,
  version_current: failure,
  plan_already_decided: conflict,
  plan_superseded: conflict,
  plan_outdated: conflict,
  plan_is_migration: decision,
  plan_pending: conflict,
  acknowledgement_required: decision,
  reason_required: failure,
  text_too_long: failure,
  version_conflict: conflict,
  strict_elsewhere: failure,
  server_too_old: failure,
  surface_taken: failure,
  contract_mismatch: failure,
  contract_invalid: failure,
  resource_not_retired: notFound,
  deletion_unfinished: failure,
  capability_unknown: notFound,
  capability_ambiguous: failure,
  grant_not_found: notFound,
  grant_invalid: failure,
  group_not_found: notFound,
  key_taken: failure,
  user_not_found: notFound,
  user_exists: conflict,
  user_invalid: failure,
  last_admin: failure,
  password_refused: failure,
  link_refused: failure,
  newer_format: failure,
  record_corrupt: failure,
  record_too_large: failure,
  too_many_conflicts: failure,
  unavailable: unreachable,
  exists: conflict,
  revision_mismatch: conflict,
  invalid_key: failure,
  invalid_filter: failure,
  invalid_value: failure,
  corrupt_value: failure,
  too_large: failure,
  full: failure,
  duplicate: conflict,
  ended: conflict,
  timed_out: failure,
  dead: failure,
  cancelled: failure,
  expired: failure,
  running: conflict,
  invalid_body: failure,
  invalid_metadata: failure,
  invalid_option: failure,
  invalid_page: failure,
  bad_url: failure,
  unreachable: unreachable,
  not_nats: failure,
  too_old: failure,
  no_jetstream: failure,
  no_binary: failure,
  binary_failed: failure,
  store_in_use: failure,
  store_unusable: failure,
  port_taken: failure,
  port_unusable: failure,
  keys_damaged: failure,
  keys_missing: failure,
  keys_exposed: failure,
  keys_unusable: failure,
  "trellis.connection.refused": unreachable,
  "trellis.connection.down": unreachable,
  "trellis.connection.lost": unreachable,
  "trellis.connection.closed": failure,
  "trellis.connection.unauthorized": unreachable,
  "trellis.server.unsupported": unreachable,
  "trellis.bind.missing": failure,
  "trellis.bind.outdated": failure,
  "trellis.bind.failed": failure,
  "trellis.bootstrap.failed": failure,
  "trellis.use.missing": failure,
  "trellis.session.pending": failure,
  "trellis.session.refused": failure,
  "trellis.login.expired": failure,
  "trellis.login.refused": failure,
  "trellis.login.unavailable": unreachable,
  "trellis.rpc.unavailable": failure,
  "trellis.rpc.timeout": failure,
  "trellis.rpc.aborted": failure,
  "trellis.rpc.malformed_reply": failure,
  "trellis.rpc.invalid_output": failure,
  "trellis.rpc.payload_too_large": failure,
  "trellis.rpc.overloaded": failure,
  "trellis.event.conflict": conflict,
  "trellis.feed.gap": failure,
  "trellis.permission.denied": failure,
  "trellis.permission.capability": failure,
  timeout: failure,
  aborted: failure,
  unknown_outcome: failure,
  bucket_missing: failure,
  forbidden: failure,
  body_failed: failure,
  corrupt: failure,
  gone: failure,
  changed: failure,
  busy: failure,
  digest_mismatch: failure,
  incomplete: failure,
  out_of_range: failure,
  store_full: failure,
  conflict: failure,
  store_missing: failure,
  store_undeclared: notFound,
  wrong_kind: failure,
  version_unknown: failure,
  unstamped: failure,
  no_principal: failure,
  no_contract: notFound,
  exited_early: failure,
  start_timeout: failure,
};

/** How a command ends that fails with this code. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  return EXIT_CODES[code];
}
