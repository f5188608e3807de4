/**
 * The client of Trellis for pages, and for every program that has WebSocket. It uses no API of Deno or
 * Node and makes no code at run time, so that it runs under a strict Content Security Policy.
 *
 * ```ts ignore
 * import { TrellisClient } from "@qlever-llc/trellis/client";
 * import app from "./contracts/app.ts";
 *
 * const client = await TrellisClient.connect({ contract: app, trellisUrl: "wss://nats.example.org" })
 *   .orThrow();
 * const order = await client.rpc.orders.get({ orderId: "o-1" }).orThrow();
 * ```
 *
 * @module
 */

import "./runtime/host/web_host.ts";
import "./runtime/client/connect_at_once.ts";

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

// Clients
export { BrowserKey } from "./runtime/page/browser_key.ts";
export { TrellisClient } from "./runtime/client/client.ts";
export type { ClientOptions } from "./runtime/client/client.ts";
export type { ConnectionStatus } from "./runtime/client/connection_status.ts";
export type { CallError, InputOf, OutputOf, RpcCall } from "./runtime/rpc/rpc_call.ts";
export type { CallOptions } from "./runtime/rpc/call_options.ts";
export type { ReceivedEvent, SubscribeOptions } from "./runtime/events/event_types.ts";
export type {
  OperationCall,
  OperationRef,
  OperationSnapshot,
  SendingCall,
} from "./runtime/operations/operation_types.ts";
export type { FileDownload, ReceiveOptions } from "./runtime/transfer/receive/receive_types.ts";
export type { Feed, FeedCall, FeedItem, FeedOptions } from "./runtime/feeds/feed_types.ts";
export type { FileBody, SendOptions, SendProgress } from "./runtime/transfer/send/send_types.ts";

// State
export { ValueStore } from "./runtime/state/value_store.ts";
export { MapStore } from "./runtime/state/map_store.ts";
export type { MapStateEntry, MigrationRequired, StateEntry } from "./runtime/state/state_entry.ts";
export { StateError } from "./contracts/errors/state_error.ts";
export type { StateErrorReason } from "./contracts/errors/state_error.ts";
