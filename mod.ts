/**
 * Trellis: services on NATS JetStream, from a contract file to a running process.
 *
 * A contract declares schemas, RPCs and resources; handlers are typed from it alone; `trellis dev`
 * plans, accepts, reconciles and serves.
 *
 * @module
 */

import "./contracts/define/check_contracts.ts";
import "./runtime/host/deno_host.ts";
import "./runtime/client/connect_late.ts";

// Contracts
export {
  defineAgentContract,
  defineAppContract,
  defineDeviceContract,
  defineServiceContract,
} from "./contracts/define/define.ts";
export type { BodyOf, Contract, Use } from "./contracts/define/contract.ts";
export type { ContractBody, SchemaOf } from "./contracts/define/declaration.ts";
export type { ContractManifest } from "./contracts/manifest/manifest.ts";
export { ContractError } from "./contracts/manifest/mistake.ts";
export type { Mistake } from "./contracts/manifest/mistake.ts";
export type { ContractId } from "./contracts/manifest/names.ts";
export type { JsonObject, JsonValue } from "./contracts/json/json.ts";

// Results and errors
export { AsyncValue } from "./contracts/async_value.ts";
export { AsyncResult, Err, err, isErr, Ok, ok } from "./contracts/result.ts";
export type { Result } from "./contracts/result.ts";
export { defineError } from "./contracts/errors/define_error.ts";
export { TrellisError } from "./contracts/errors/trellis_error.ts";
export type { ErrorClass, SerializableErrorData } from "./contracts/errors/trellis_error.ts";
export { RemoteError } from "./contracts/errors/remote_error.ts";
export { TransportError } from "./contracts/errors/transport_error.ts";
export type { TransportErrorCode } from "./contracts/errors/transport_error.ts";
export { OperationError } from "./contracts/errors/operation_error.ts";
export type { OperationErrorReason } from "./contracts/errors/operation_error.ts";
export { TransferError } from "./contracts/errors/transfer_error.ts";
export type { TransferErrorReason } from "./contracts/errors/transfer_error.ts";
export { UnexpectedError } from "./contracts/errors/unexpected_error.ts";
export { ValidationError } from "./contracts/errors/validation_error.ts";
export type { ValidationIssue } from "./contracts/errors/validation_error.ts";

// Schemas
export {
  buildPageResponse,
  normalizePageQuery,
  PageRequestSchema,
  PageResponseSchema,
  QueryRangeError,
} from "./contracts/schema/page.ts";
export type { PageRequest, PageResponse } from "./contracts/schema/page.ts";
export {
  buildCursorPage,
  CursorPageInfoSchema,
  CursorPageSchema,
  CursorQuerySchema,
  normalizeCursorQuery,
} from "./contracts/schema/cursor.ts";
export type { CursorPage, CursorQuery } from "./contracts/schema/cursor.ts";
export { FileGrantSchema } from "./contracts/schema/file_grant.ts";
export type { FileGrant } from "./contracts/schema/file_grant.ts";
export { TrellisIDSchema } from "./contracts/schema/trellis_id.ts";

// Services and clients
export { defineHandlers } from "./runtime/service/define_handlers.ts";
export type {
  DefinedHandlers,
  HandlerArguments,
  HandlerResult,
  RpcHandler,
} from "./runtime/service/define_handlers.ts";
export { TrellisService } from "./runtime/service/service.ts";
export type { ServiceOptions, StopOptions } from "./runtime/service/service_options.ts";
export { TrellisClient } from "./runtime/client/client.ts";
export type { ClientOptions } from "./runtime/client/client.ts";
export type { ConnectionStatus } from "./runtime/client/connection_status.ts";
export type { HandlerClient } from "./runtime/client/client_types.ts";
export type { CallError, InputOf, OutputOf, RpcCall } from "./runtime/rpc/rpc_call.ts";
export type { CallOptions } from "./runtime/rpc/call_options.ts";
export type { Transact, Transacted, Transaction } from "./runtime/transact/transact_types.ts";
export type {
  EventClient,
  PublishOptions,
  ReceivedEvent,
  SubscribeOptions,
} from "./runtime/events/event_types.ts";
export type {
  EventMetadata,
  PreparedEvent,
  PublishedEvent,
} from "./runtime/events/prepare_event.ts";
export type { EventArguments, EventHandler } from "./runtime/consume/group_types.ts";
export type { ReducedEvent, Reducer } from "./runtime/projections/projection_types.ts";
export type { ReachedOptions, ReadonlyKV } from "./runtime/projections/readonly_kv.ts";
export type { EventContext } from "./runtime/consume/event_context.ts";
export type { Job } from "./runtime/jobs/handlers/job_context.ts";
export type { JobArguments, JobHandler } from "./runtime/jobs/handlers/job_handler_types.ts";
export type {
  CreateJobOptions,
  JobQueueClient,
  JobRef,
  JobSnapshot,
} from "./runtime/jobs/job_types.ts";
export { JobError } from "./runtime/jobs/job_error.ts";
export type { JobErrorReason } from "./runtime/jobs/job_error.ts";
export { GiveUp, RetryLater } from "./runtime/work/outcome.ts";
export type {
  OperationCall,
  OperationRef,
  OperationSnapshot,
  SendingCall,
} from "./runtime/operations/operation_types.ts";
export type {
  FileBody,
  SendOptions,
  SendProgress,
  SentFile,
} from "./runtime/transfer/send/send_types.ts";
export type {
  OperationArguments,
  OperationContext,
  OperationHandler,
  RunningOperation,
} from "./runtime/operations/serve/running_types.ts";
export type {
  FileDownload,
  FileGranter,
  ReceiveOptions,
} from "./runtime/transfer/receive/receive_types.ts";
export type { Feed, FeedCall, FeedItem, FeedOptions } from "./runtime/feeds/feed_types.ts";
export type { FeedSource, FeedYield } from "./runtime/feeds/feed_yield.ts";
export type { FeedArguments, FeedHandler } from "./runtime/feeds/serve/feed_handler_types.ts";
export { conflate } from "./runtime/feeds/sources/conflate.ts";
export { kvFeed } from "./runtime/feeds/sources/kv_feed.ts";
export { sharedFeed } from "./runtime/feeds/sources/shared_feed.ts";
export type { Principal, PrincipalKind } from "./contracts/identity/caller.ts";
export type { Caller, RequestContext } from "./runtime/rpc/request_context.ts";
export type { HealthCheck, HealthReport } from "./runtime/service/health.ts";
export type { Log } from "./runtime/log.ts";

// Configuration
export { loadConfig } from "./runtime/config/load_config.ts";
export { ConfigError } from "./runtime/config/config_error.ts";
export type { ConfigIssue } from "./runtime/config/config_error.ts";

// KV
export { TypedKV } from "./runtime/kv/typed_kv.ts";
export type { KVListQuery } from "./runtime/kv/typed_kv.ts";
export { KVError } from "./runtime/kv/kv_error.ts";
export type { KVErrorReason } from "./runtime/kv/kv_error.ts";
export type { KVEntry, KVListed, KVRevision, KVStatus } from "./runtime/kv/kv_entry.ts";
export { base64UrlSegment, kvKey } from "./runtime/kv/key.ts";

// State
export { ValueStore } from "./runtime/state/value_store.ts";
export { MapStore } from "./runtime/state/map_store.ts";
export type { MapStateEntry, MigrationRequired, StateEntry } from "./runtime/state/state_entry.ts";
export { StateError } from "./contracts/errors/state_error.ts";
export type { StateErrorReason } from "./contracts/errors/state_error.ts";

// Stores
export { TypedStore } from "./runtime/store/typed_store.ts";
export { TypedStoreEntry } from "./runtime/store/typed_store_entry.ts";
export { StoreHandle } from "./runtime/store/store_handle.ts";
export { StoreError } from "./runtime/store/store_error.ts";
export type { StoreErrorReason } from "./runtime/store/store_error.ts";
export type {
  StoreBody,
  StoreInfo,
  StoreListQuery,
  StoreStatus,
  StoreWaitOptions,
  StoreWriteOptions,
} from "./runtime/store/store_types.ts";
export type { StoreResourceBinding } from "./contracts/stored/bindings.ts";
