/** The types of feeds that are served: the `feeds` of a handlers file. */
import type { ContractBody, FeedDeclaration } from "../../../contracts/define/declaration.ts";
import type { Section } from "../../../contracts/define/selected_surface.ts";
import type { UnexpectedError } from "../../../contracts/errors/unexpected_error.ts";
import type { ValidationError } from "../../../contracts/errors/validation_error.ts";
import type { BySurfacePath } from "../../../contracts/manifest/surface_path.ts";
import type { Result } from "../../../contracts/result.ts";
import type { HandlerClient } from "../../client/client_types.ts";
import type { RequestContext } from "../../rpc/request_context.ts";
import type { DeclaredError, InputOf } from "../../rpc/rpc_call.ts";
import type { FeedValueOf } from "../feed_types.ts";
import type { FeedSource } from "../feed_yield.ts";

/** What the handler of a feed receives. */
export interface FeedArguments<B extends ContractBody, D extends FeedDeclaration, Deps> {
  /** The request, validated. */
  readonly input: InputOf<D>;
  /** The cursor of the last value that the subscriber has; undefined when it begins. */
  readonly cursor: string | undefined;
  /** The resources and calls that the contract declares. */
  readonly client: HandlerClient<B>;
  /** Who subscribes. Its signal aborts when the subscriber is gone, or the service stops. */
  readonly context: RequestContext;
  /** The application's own dependencies. */
  readonly deps: Deps;
}

/** Errors that a feed may be refused with, or end with. */
export type FeedHandlerError<D> = DeclaredError<D> | ValidationError | UnexpectedError;

/**
 * Answers a subscription: with an async iterable of values, or one of the declared errors. Values are taken as the
 * subscriber takes them; while it is slow, the handler waits.
 */
export type FeedHandler<B extends ContractBody, D extends FeedDeclaration, Deps> = (
  request: FeedArguments<B, D, Deps>,
) =>
  | FeedSource<FeedValueOf<D>, FeedHandlerError<D>>
  | FeedAnswer<FeedValueOf<D>, FeedHandlerError<D>>
  | PromiseLike<
    | FeedSource<FeedValueOf<D>, FeedHandlerError<D>>
    | FeedAnswer<FeedValueOf<D>, FeedHandlerError<D>>
  >;

type FeedAnswer<T, E> = Result<FeedSource<T, E>, E>;

/** A handler for every feed of a contract, by declared name. */
export type FeedHandlers<B extends ContractBody, Deps> = {
  readonly [Name in keyof Section<B, "feeds">]: Section<B, "feeds">[Name] extends FeedDeclaration
    ? FeedHandler<B, Section<B, "feeds">[Name], Deps>
    : never;
};

/** `service.handle.feed`: `"Order.Changes"` is `order.changes`. */
export type FeedRegistry<B extends ContractBody, Deps> = BySurfacePath<
  {
    readonly [Name in keyof FeedHandlers<B, Deps>]: (
      handler: FeedHandlers<B, Deps>[Name],
    ) => void;
  }
>;
