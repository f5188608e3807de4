/**
 * What a contract that does not compile counts as. Its own error names the bad member; whatever uses
 * the contract is then checked against these types, which take every name and value, so that no
 * second error hides the first.
 *
 * @module
 */
import type { TAny } from "@sinclair/typebox";
import type {
  ClientBody,
  EventDeclaration,
  FeedDeclaration,
  KvDeclaration,
  OperationDeclaration,
  ResourcesDeclaration,
  RpcDeclaration,
  SchemaRef,
  ServiceBody,
  StateDeclaration,
} from "./declaration.ts";

type AnyValue = SchemaRef<string, TAny>;

/** `T` with every schema taking every value. */
type Unchecked<T> = {
  readonly [Member in keyof T]: NonNullable<T[Member]> extends SchemaRef ? AnyValue : T[Member];
};

/** A service that has every surface and resource, of every type. */
export interface UncheckedService extends ServiceBody {
  /** Every request. */
  readonly rpc: { readonly [name: string]: Unchecked<RpcDeclaration> };
  /** Every operation. */
  readonly operations: { readonly [name: string]: Unchecked<OperationDeclaration> };
  /** Every event. */
  readonly events: { readonly [name: string]: Unchecked<EventDeclaration> };
  /** Every feed. */
  readonly feeds: { readonly [name: string]: Unchecked<FeedDeclaration> };
  /** Every bucket and store. */
  readonly resources: Required<ResourcesDeclaration> & {
    readonly kv: { readonly [alias: string]: Unchecked<KvDeclaration> };
  };
}

/** An app, agent or device that has state of every name and type. */
export interface UncheckedClient extends ClientBody {
  /** Every state store. */
  readonly state: { readonly [name: string]: Unchecked<StateDeclaration> };
}
