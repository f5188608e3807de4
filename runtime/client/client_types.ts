/**
 * The types of clients, inferred from a contract: what `client` holds in a handler, and what
 * `TrellisClient.connect` gives.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import type {
  ContractBody,
  KvDeclaration,
  ProjectionDeclaration,
  RpcDeclaration,
  SchemaOf,
  StoreDeclaration,
} from "../../contracts/define/declaration.ts";
import type { BySurfacePath } from "../../contracts/manifest/surface_path.ts";
import type {
  Section,
  Selected,
  SelectedBy,
  UsesOf,
} from "../../contracts/define/selected_surface.ts";
import type { RpcCall } from "../rpc/rpc_call.ts";
import type { OperationCallsOf, OperationClient } from "../operations/operation_types.ts";
import type { FeedCallsOf, FeedClient } from "../feeds/feed_types.ts";
import type { EventClient, PublicationsOf, SubscriptionsOf } from "../events/event_types.ts";
import type { JobsClient } from "../jobs/job_types.ts";
import type { ReadonlyKV } from "../projections/readonly_kv.ts";
import type { TypedKV } from "../kv/typed_kv.ts";
import type { StateClient } from "../state/state_client.ts";
import type { StateRpc } from "../state/store_access.ts";
import type { Transact } from "../transact/transact_types.ts";
import type { FetchFile } from "../transfer/receive/file_download.ts";
import type { StoreHandle } from "../store/store_handle.ts";

type RpcOf<B> = Section<B, "rpc">;

/** Calls by dotted name, of a union of `{ name, declaration }`. */
type CallsOf<Entries> = {
  readonly [Entry in Extract<Entries, { name: string }> as Entry["name"]]: Entry extends
    { readonly declaration: infer D extends RpcDeclaration } ? RpcCall<D> : never;
};

/** Every RPC that code under this contract may call, by dotted name: its own and those it uses. */
export type CallableRpc<B extends ContractBody> =
  & {
    readonly [Name in keyof RpcOf<B>]: RpcOf<B>[Name] extends RpcDeclaration
      ? RpcCall<RpcOf<B>[Name]>
      : never;
  }
  & CallsOf<SelectedBy<UsesOf<B, "required">, "rpc", "call">>
  & OrUndefined<CallsOf<SelectedBy<UsesOf<B, "optional">, "rpc", "call">>>;

type OrUndefined<M> = { readonly [Name in keyof M]: M[Name] | undefined };

/** `client.rpc`: `"Orders.Create"` is `orders.create`. Those of optional uses may be undefined. */
export type RpcClient<B extends ContractBody> = BySurfacePath<CallableRpc<B>>;

/** What one use selects. */
export interface UsedSurfaces<U> {
  /** RPCs to call. */
  readonly rpc: BySurfacePath<CallsOf<Selected<U, "rpc", "call">>>;
  /** Operations to start. */
  readonly operation: BySurfacePath<OperationCallsOf<Selected<U, "operations", "call">>>;
  /** Feeds to subscribe to. */
  readonly feed: BySurfacePath<FeedCallsOf<Selected<U, "feeds", "subscribe">>>;
  /** Events to publish and to subscribe to. */
  readonly event: BySurfacePath<
    & PublicationsOf<Selected<U, "events", "publish">>
    & SubscriptionsOf<Selected<U, "events", "subscribe">>
  >;
}

/**
 * `client.used`: what the contract uses, by its aliases. An optional one is undefined for as long as it
 * is not accepted in this deployment, and appears without a restart.
 */
export type UsedClient<B extends ContractBody> =
  & { readonly [Alias in keyof UsesOf<B, "required">]: UsedSurfaces<UsesOf<B, "required">[Alias]> }
  & OrUndefined<
    { readonly [Alias in keyof UsesOf<B, "optional">]: UsedSurfaces<UsesOf<B, "optional">[Alias]> }
  >;

/** The same for those who publish no events; with state come the calls that it is made of. */
export type UsedCalls<B extends ContractBody> =
  & {
    readonly [Alias in keyof UsedClient<B>]: UsedClient<B>[Alias] extends infer Used
      ? Used extends {
        readonly rpc: infer Calls;
        readonly operation: infer Operations;
        readonly feed: infer Feeds;
      } ? { readonly rpc: Calls; readonly operation: Operations; readonly feed: Feeds }
      : Used
      : never;
  }
  & UsedState<B>;

/** `client.used.state.rpc.state.get`, unless the alias stands for something that the author uses. */
type UsedState<B extends ContractBody> = [keyof StateClient<B>] extends [never]
  ? Record<never, never>
  : "state" extends keyof UsedClient<B> ? Record<never, never>
  : { readonly state: { readonly rpc: StateRpc } };

/** The KV stores of a contract by alias; those with `required: false` may be undefined. */
export type KvClient<B extends ContractBody> = Section<B, "resources"> extends infer Resources ? {
    readonly [Alias in keyof Section<Resources, "kv">]: KvHandle<Section<Resources, "kv">[Alias]>;
  }
  : never;

type KvHandle<D> = D extends KvDeclaration
  ? D["required"] extends false ? KvStore<D> | undefined : KvStore<D>
  : never;

/** What a projection holds is made by its reducers alone. */
type KvStore<D extends KvDeclaration> = D extends { readonly projection: ProjectionDeclaration }
  ? ReadonlyKV<Static<SchemaOf<D["schema"]>>>
  : TypedKV<Static<SchemaOf<D["schema"]>>>;

/** The blob stores of a contract by alias; those with `required: false` may be undefined. */
export type StoreClient<B extends ContractBody> = Section<B, "resources"> extends infer Resources
  ? {
    readonly [Alias in keyof Section<Resources, "store">]: HandleOf<
      Section<Resources, "store">[Alias]
    >;
  }
  : never;

type HandleOf<D> = D extends StoreDeclaration
  ? D["required"] extends false ? StoreHandle | undefined : StoreHandle
  : never;

/** What a handler is given: exactly what its contract declares. */
export interface HandlerClient<B extends ContractBody> {
  /** The service's own KV stores. */
  readonly kv: KvClient<B>;
  /** The service's own blob stores, to be opened. */
  readonly store: StoreClient<B>;
  /** RPCs to call. */
  readonly rpc: RpcClient<B>;
  /** Operations to start, and to find again. */
  readonly operation: OperationClient<B>;
  /** Feeds to subscribe to. */
  readonly feed: FeedClient<B>;
  /** Events to publish and to subscribe to. */
  readonly event: EventClient<B>;
  /** What the contract uses, by its aliases. */
  readonly used: UsedClient<B>;
  /** The service's own queues, by name. */
  readonly jobs: JobsClient<B>;
  /** Fetches a file that another service has granted, by the grant in its answer. */
  readonly transfer: FetchFile;
  /**
   * Commits writes to one bucket that has an outbox together with events: all of it is stored, or nothing.
   *
   * ```ts ignore
   * await client.transact((tx) => {
   *   tx.kv.orders.put(orderId, order, { expectedRevision });
   *   tx.event.order.placed({ orderId });
   * }).orThrow();
   * ```
   */
  readonly transact: Transact<B>;
}
