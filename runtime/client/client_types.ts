/**
 * The types of clients, inferred from a contract: what `client` holds in a handler, and what
 * `TrellisClient.connect` gives.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import type {
  ContractBody,
  ErrorClassOf,
  KvDeclaration,
  RpcDeclaration,
  SchemaOf,
  StoreDeclaration,
} from "../../contracts/define/declaration.ts";
import type { RemoteError } from "../../contracts/errors/remote_error.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { UnexpectedError } from "../../contracts/errors/unexpected_error.ts";
import type { ValidationError } from "../../contracts/errors/validation_error.ts";
import type { AsyncResult } from "../../contracts/result.ts";
import type { BySurfacePath } from "../../contracts/manifest/surface_path.ts";
import type { Use } from "../../contracts/define/contract.ts";
import type { CallOptions } from "../rpc/call_options.ts";
import type { EventClient } from "../events/event_types.ts";
import type { TypedKV } from "../kv/typed_kv.ts";
import type { StoreHandle } from "../store/store_handle.ts";

/** The section of a body, or an empty one. */
export type Section<T, Name extends string> = T extends { readonly [N in Name]: infer Value }
  ? Value
  : Record<never, never>;

/** Errors that any call may end with, besides those that the contract declares. */
export type CallError = TransportError | ValidationError | UnexpectedError | RemoteError;

/** Instances of the errors that an RPC declares. */
export type DeclaredError<D> = D extends { readonly errors: readonly (infer Ref)[] }
  ? ErrorClassOf<Ref> extends { readonly prototype: infer Instance } ? Instance : never
  : never;

/** The input type of a declaration. */
export type InputOf<D extends RpcDeclaration> = Static<SchemaOf<D["input"]>>;
/** The output type of a declaration. */
export type OutputOf<D extends RpcDeclaration> = Static<SchemaOf<D["output"]>>;

/** Calls one RPC. Input and output are validated on both sides. */
export type RpcCall<D extends RpcDeclaration> = (
  input: InputOf<D>,
  options?: CallOptions,
) => AsyncResult<OutputOf<D>, DeclaredError<D> | CallError>;

type RpcOf<B> = Section<B, "rpc">;

/** `{ name, declaration }` of every RPC that `uses` selects. */
type UsedRpc<B> = Section<B, "uses"> extends infer Uses
  ? { [Need in keyof Uses]: UsedRpcOf<Uses[Need]> }[keyof Uses]
  : never;
type UsedRpcOf<Group> = { [Alias in keyof Group]: SelectedRpc<Group[Alias]> }[keyof Group];
type SelectedRpc<U> = U extends Use<infer B, infer S>
  ? S extends { readonly rpc: { readonly call: readonly (infer Name extends string)[] } }
    ? Name extends keyof RpcOf<B> ? { readonly name: Name; readonly declaration: RpcOf<B>[Name] }
    : never
  : never
  : never;

/** Every RPC that code under this contract may call, by dotted name: its own and those it uses. */
export type CallableRpc<B extends ContractBody> =
  & {
    readonly [Name in keyof RpcOf<B>]: RpcOf<B>[Name] extends RpcDeclaration
      ? RpcCall<RpcOf<B>[Name]>
      : never;
  }
  & {
    readonly [Entry in Extract<UsedRpc<B>, { name: string }> as Entry["name"]]:
      Entry["declaration"] extends RpcDeclaration ? RpcCall<Entry["declaration"]> : never;
  };

/** `client.rpc`: `"Orders.Create"` is `orders.create`. */
export type RpcClient<B extends ContractBody> = BySurfacePath<CallableRpc<B>>;

/** The KV stores of a contract by alias; those with `required: false` may be undefined. */
export type KvClient<B extends ContractBody> = Section<B, "resources"> extends infer Resources ? {
    readonly [Alias in keyof Section<Resources, "kv">]: KvHandle<Section<Resources, "kv">[Alias]>;
  }
  : never;

type KvHandle<D> = D extends KvDeclaration
  ? D["required"] extends false ? TypedKV<Static<SchemaOf<D["schema"]>>> | undefined
  : TypedKV<Static<SchemaOf<D["schema"]>>>
  : never;

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
  /** Events to publish. */
  readonly event: EventClient<B>;
}
