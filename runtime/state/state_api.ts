/**
 * Every type of `client.state`, for code that names them: what its stores take, and what they answer.
 *
 * ```ts ignore
 * import type { StatePutOptions } from "@qlever-llc/trellis/state";
 *
 * const onlyIfAbsent: StatePutOptions = { expectedRevision: null };
 * ```
 *
 * @module
 */
export { AsyncValue } from "../../contracts/async_value.ts";
export { StateError } from "../../contracts/errors/state_error.ts";
export type {
  StateErrorData,
  StateErrorOptions,
  StateErrorReason,
} from "../../contracts/errors/state_error.ts";
export type { TransportErrorData } from "../../contracts/errors/transport_error.ts";
export type { UnexpectedErrorData } from "../../contracts/errors/unexpected_error.ts";
export type { ValidationErrorData } from "../../contracts/errors/validation_error.ts";
export type { ResultMethods } from "../../contracts/result.ts";
export type { CallError } from "../rpc/rpc_call.ts";
export type { CallOptions } from "../rpc/call_options.ts";
export { MapStore } from "./map_store.ts";
export type { StateClient } from "./state_client.ts";
export type {
  MapStateEntry,
  MigrationRequired,
  OldEntry,
  OldMapEntry,
  StateAbsent,
  StateApplied,
  StateDeletion,
  StateEntry,
  StateFound,
  StatePage,
  StateUnchanged,
  UnreadableStateEntry,
} from "./state_entry.ts";
export type { StateDeleteOptions, StateListQuery, StatePutOptions } from "./state_options.ts";
export type { StateFailure } from "./store_access.ts";
export { ValueStore } from "./value_store.ts";
