/**
 * The types of feeds, inferred from a contract: what `client.feed` holds, and what a subscriber gets.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import type {
  ContractBody,
  FeedDeclaration,
  SchemaOf,
} from "../../contracts/define/declaration.ts";
import type { Section, SelectedBy, UsesOf } from "../../contracts/define/selected_surface.ts";
import type { BySurfacePath } from "../../contracts/manifest/surface_path.ts";
import type { AsyncResult, Result } from "../../contracts/result.ts";
import type { CallOptions } from "../rpc/call_options.ts";
import type { CallError, DeclaredError, InputOf } from "../rpc/rpc_call.ts";

/** One value of a feed, as its subscriber gets it. */
export interface FeedItem<T> {
  /** As the contract declares it. */
  readonly value: T;
  /** Where the feed is after it, to go on from there at another time; undefined when the feed has no such places. */
  readonly cursor: string | undefined;
  /**
   * True when values before it may be missing: the subscription was taken up again, and what came meanwhile is not
   * known. Of a feed that tells how things are, it begins with how all of them are now.
   */
  readonly gap: boolean;
  /** Why there is such a gap, in words for a log, where it is known. */
  readonly gapReason?: string;
}

/**
 * The values of a feed, for one loop. It lasts over restarts of the service and of the server, and its loop never
 * throws: why it has ended says {@link Feed.outcome}. Leaving the loop ends it.
 */
export interface Feed<T, E> extends AsyncIterable<FeedItem<T>, undefined> {
  /** How it has ended: `ok` when the service has ended it, the loop was left, or the signal has aborted. */
  readonly outcome: Promise<Result<void, E>>;
}

/** How a feed is subscribed to. */
export interface FeedOptions extends CallOptions {
  /** Goes on after an item that was taken before; from now, or from how things are, unless given. */
  readonly cursor?: string;
  /**
   * What becomes of the feed when values may be missing. `"resume"`, unless said otherwise: it goes on, and the next
   * item says so. `"end"`: it ends with `trellis.feed.gap`.
   */
  readonly onGap?: "resume" | "end";
  /** Milliseconds to wait until the feed begins; 5000 unless said otherwise. */
  readonly timeoutMs?: number;
  /** Ends the feed. */
  readonly signal?: AbortSignal;
}

/** What the values of a feed are. */
export type FeedValueOf<D extends FeedDeclaration> = Static<SchemaOf<D["event"]>>;

/** Every way in which a feed can be refused, or end. */
export type FeedFailure<D extends FeedDeclaration> = DeclaredError<D> | CallError;

/**
 * Subscribes to a feed: resolves when it has begun.
 *
 * ```ts ignore
 * const feed = await client.feed.order.changes({ customerId }, { signal }).orThrow();
 * for await (const { value, cursor } of feed) show(value);
 * const outcome = await feed.outcome;
 * ```
 */
export type FeedCall<D extends FeedDeclaration> = (
  input: InputOf<D>,
  options?: FeedOptions,
) => AsyncResult<Feed<FeedValueOf<D>, FeedFailure<D>>, FeedFailure<D>>;

type FeedsOf<B> = Section<B, "feeds">;

/** Feeds by dotted name, of a union of `{ name, declaration }`. */
export type FeedCallsOf<Entries> = {
  readonly [Entry in Extract<Entries, { name: string }> as Entry["name"]]: Entry extends
    { readonly declaration: infer D extends FeedDeclaration } ? FeedCall<D> : never;
};

type OrUndefined<M> = { readonly [Name in keyof M]: M[Name] | undefined };

/** `client.feed`: `"Order.Changes"` is `order.changes`. Those of optional uses may be undefined. */
export type FeedClient<B extends ContractBody> = BySurfacePath<
  & {
    readonly [Name in keyof FeedsOf<B>]: FeedsOf<B>[Name] extends FeedDeclaration
      ? FeedCall<FeedsOf<B>[Name]>
      : never;
  }
  & FeedCallsOf<SelectedBy<UsesOf<B, "required">, "feeds", "subscribe">>
  & OrUndefined<FeedCallsOf<SelectedBy<UsesOf<B, "optional">, "feeds", "subscribe">>>
>;
