import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody, RpcDeclaration } from "../../contracts/define/declaration.ts";
import type { Section } from "../../contracts/define/selected_surface.ts";
import type { UnexpectedError } from "../../contracts/errors/unexpected_error.ts";
import type { ValidationError } from "../../contracts/errors/validation_error.ts";
import type { Result } from "../../contracts/result.ts";
import type { HandlerClient } from "../client/client_types.ts";
import type { EventHandlers } from "../consume/group_types.ts";
import type { FeedHandlers } from "../feeds/serve/feed_handler_types.ts";
import type { JobHandlers } from "../jobs/handlers/job_handler_types.ts";
import type { OperationHandlers } from "../operations/serve/running_types.ts";
import type { ProjectedAlias, ProjectionHandlers } from "../projections/projection_types.ts";
import type { DeclaredError, InputOf, OutputOf } from "../rpc/rpc_call.ts";
import type { GranterOf } from "../transfer/receive/receive_types.ts";
import type { RequestContext } from "../rpc/request_context.ts";

/** What a handler receives. */
export interface HandlerArguments<B extends ContractBody, Input, Deps> {
  /** The request, validated. */
  readonly input: Input;
  /** The resources and calls that the contract declares. */
  readonly client: HandlerClient<B>;
  /** Who asks, and how to stop in time. */
  readonly context: RequestContext;
  /** The application's own dependencies. */
  readonly deps: Deps;
}

/** Answers one RPC: a success with the output, or one of the declared errors. */
export type RpcHandler<B extends ContractBody, D extends RpcDeclaration, Deps> = (
  request: HandlerArguments<B, InputOf<D>, Deps> & GranterOf<D>,
) => HandlerResult<OutputOf<D>, DeclaredError<D> | ValidationError | UnexpectedError>;

/** A result, now or later. */
export type HandlerResult<T, E> = Result<T, E> | PromiseLike<Result<T, E>>;

/** A handler for every RPC of a contract, by declared name. */
export type RpcHandlers<B extends ContractBody, Deps> = {
  readonly [Name in keyof Section<B, "rpc">]: Section<B, "rpc">[Name] extends RpcDeclaration
    ? RpcHandler<B, Section<B, "rpc">[Name], Deps>
    : never;
};

/** The handlers of a contract, as {@link defineHandlers} takes them. */
export type HandlerMap<B extends ContractBody, Deps> =
  & {
    /** Makes the application's own dependencies, once per process, before the first request. */
    readonly deps?: () => Deps | Promise<Deps>;
  }
  & (keyof Section<B, "rpc"> extends never ? { readonly rpc?: Record<never, never> }
    : { readonly rpc: RpcHandlers<B, Deps> })
  & (keyof Section<B, "operations"> extends never ? { readonly operations?: Record<never, never> }
    // Of a contract with mistakes it is not known which there are.
    : string extends keyof Section<B, "operations">
      ? { readonly operations?: OperationHandlers<B, Deps> }
    : { readonly operations: OperationHandlers<B, Deps> })
  & (keyof Section<B, "feeds"> extends never ? { readonly feeds?: Record<never, never> }
    : string extends keyof Section<B, "feeds"> ? { readonly feeds?: FeedHandlers<B, Deps> }
    : { readonly feeds: FeedHandlers<B, Deps> })
  & (keyof Section<B, "eventConsumers"> extends never ? { readonly events?: Record<never, never> }
    : { readonly events: EventHandlers<B, Deps> })
  & (keyof Section<B, "jobs"> extends never ? { readonly jobs?: Record<never, never> }
    : { readonly jobs: JobHandlers<B, Deps> })
  & ([ProjectedAlias<B>] extends [never] ? { readonly projections?: Record<never, never> }
    : { readonly projections: ProjectionHandlers<B> });

/** Handlers with the contract that they serve: the default export of a handlers file. */
export interface DefinedHandlers<B extends ContractBody = ContractBody, Deps = unknown> {
  /** The contract. */
  readonly contract: Contract<B>;
  /** Its handlers. */
  readonly handlers: HandlerMap<B, Deps>;
}

/** Handlers of whatever contract, as a service or a host takes them. */
export interface ServableHandlers<B extends ContractBody = ContractBody> {
  /** The contract. */
  readonly contract: Contract<B>;
  /** Its handlers. */
  readonly handlers: {
    readonly deps?: () => unknown;
    readonly rpc?: object;
    readonly operations?: object;
    readonly feeds?: object;
    readonly events?: object;
    readonly jobs?: object;
    readonly projections?: object;
  };
}

/**
 * Ties handlers to their contract, as the default export of a handlers file. Every declared RPC, operation, feed, queue,
 * and event of a group or a projection needs one; all types come from the contract alone.
 *
 * ```ts
 * import { defineHandlers, defineServiceContract, ok } from "@qlever-llc/trellis";
 * import { Type } from "@sinclair/typebox";
 *
 * const contract = defineServiceContract(
 *   { schemas: { Text: Type.Object({ text: Type.String() }) } },
 *   (ref) => ({
 *     id: "echo@v1",
 *     displayName: "Echo",
 *     description: "Answers what it is asked.",
 *     rpc: {
 *       "Echo.Say": { version: "v1", input: ref.schema("Text"), output: ref.schema("Text") },
 *     },
 *   }),
 * );
 * const handlers = defineHandlers(contract, {
 *   rpc: { "Echo.Say": ({ input }) => ok({ text: input.text }) },
 * });
 * ```
 */
export function defineHandlers<B extends ContractBody, Deps = undefined>(
  contract: Contract<B>,
  handlers: HandlerMap<B, Deps>,
): DefinedHandlers<B, Deps> {
  return { contract, handlers };
}
