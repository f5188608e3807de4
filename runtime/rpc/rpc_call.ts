import type { Static } from "@sinclair/typebox";
import type {
  ErrorClassOf,
  RpcDeclaration,
  SchemaOf,
  SchemaRef,
} from "../../contracts/define/declaration.ts";
import type { RemoteError } from "../../contracts/errors/remote_error.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { UnexpectedError } from "../../contracts/errors/unexpected_error.ts";
import type { ValidationError } from "../../contracts/errors/validation_error.ts";
import type { AsyncResult } from "../../contracts/result.ts";
import type { CallOptions } from "./call_options.ts";

/** Errors that any call may end with, besides those that the contract declares. */
export type CallError = TransportError | ValidationError | UnexpectedError | RemoteError;

/** Instances of the errors that an RPC declares. */
export type DeclaredError<D> = D extends { readonly errors: readonly (infer Ref)[] }
  ? ErrorClassOf<Ref> extends { readonly prototype: infer Instance } ? Instance : never
  : never;

/** The input type of a declaration. */
export type InputOf<D extends { readonly input: SchemaRef }> = Static<SchemaOf<D["input"]>>;
/** The output type of a declaration. */
export type OutputOf<D extends { readonly output: SchemaRef }> = Static<SchemaOf<D["output"]>>;

/** Calls one RPC. Input and output are validated on both sides. */
export type RpcCall<D extends RpcDeclaration> = (
  input: InputOf<D>,
  options?: CallOptions,
) => AsyncResult<OutputOf<D>, DeclaredError<D> | CallError>;
