/**
 * The types of publishing, inferred from a contract: `client.event` in a handler and on a service.
 *
 * @module
 */
import type { Static } from "@sinclair/typebox";
import type {
  ContractBody,
  EventDeclaration,
  SchemaOf,
} from "../../contracts/define/declaration.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { ValidationError } from "../../contracts/errors/validation_error.ts";
import type { AsyncResult, Result } from "../../contracts/result.ts";
import type { BySurfacePath } from "../../contracts/manifest/surface_path.ts";
import type { Section, SelectedBy, UsesOf } from "../../contracts/define/selected_surface.ts";
import type { EventExpectation } from "./expected_last.ts";
import type { PreparedEvent, PublishedEvent } from "./prepare_event.ts";

/** How one event is published. */
export interface PublishOptions {
  /**
   * Milliseconds to wait until the event is stored, lost acknowledgements and reconnections included;
   * 5000 unless given, and never more than 60000, the time in which a repeated event is recognised.
   */
  readonly timeoutMs?: number;
  /** While there is no connection: wait for it, or fail at once; `"wait"` unless said otherwise. */
  readonly whileDisconnected?: "fail" | "wait";
  /** W3C trace context to go on with; unless given, what a handler's `client` publishes has that of the request. */
  readonly traceparent?: string;
  /** Stores it only after this event of its entity; else it fails with `trellis.event.conflict`. */
  readonly expect?: EventExpectation;
}

/** The body type of an event. */
export type EventBodyOf<D extends EventDeclaration> = Static<SchemaOf<D["event"]>>;

/** Publishes one event. */
export interface EventPublication<D extends EventDeclaration> {
  /**
   * Publishes a body and waits until the event is stored. A `trellis.connection.lost` or
   * `trellis.rpc.timeout` leaves open whether it was; publish a prepared event to try again safely. With
   * `trellis.connection.down` nothing was sent.
   */
  publish(
    body: EventBodyOf<D>,
    options?: PublishOptions,
  ): AsyncResult<PublishedEvent, TransportError | ValidationError>;
  /** Makes the event without publishing it, to keep it first. */
  prepare(body: EventBodyOf<D>): Result<PreparedEvent, ValidationError>;
  /** Publishes what {@link prepare} made; again within two minutes it is stored only once. */
  publishPrepared(
    event: PreparedEvent,
    options?: PublishOptions,
  ): AsyncResult<PublishedEvent, TransportError | ValidationError>;
}

/** The params of an event by the JSON pointers that declare them. */
type ParamsOf<D extends EventDeclaration, Value> = D["params"] extends readonly string[]
  ? { readonly [Path in D["params"][number]]: Value }
  : Record<never, never>;

/** An event that was published while somebody was subscribed to it. */
export interface ReceivedEvent<D extends EventDeclaration> {
  /** The body, validated. */
  readonly event: EventBodyOf<D>;
  /** Its id. */
  readonly id: string;
  /** When it was prepared, ISO 8601 in UTC. */
  readonly time: string;
  /** Its params as text, by the JSON pointers that declare them. */
  readonly params: ParamsOf<D, string>;
}

/** Which events are wanted, and for how long. */
export interface SubscribeOptions<D extends EventDeclaration> {
  /** Only those with these params, as `{ "/orderId": "o-1" }`. */
  readonly params?: Partial<ParamsOf<D, string | number | boolean>>;
  /** Ends the loop. */
  readonly signal?: AbortSignal;
}

/** Receives one event as it is published. */
export interface EventSubscription<D extends EventDeclaration> {
  /**
   * The events that are published from now on. What was published before, or while there was no connection, does not
   * come; what must not be missed is for a group. What does not fit the schema is reported in the log and left out.
   * The loop throws a {@link TransportError} when the connection is closed.
   *
   * ```ts ignore
   * const placed = await client.event.order.placed.subscribe({ signal }).orThrow();
   * for await (const { event, id } of placed) show(id, event);
   * ```
   */
  subscribe(
    options?: SubscribeOptions<D>,
  ): AsyncResult<AsyncIterable<ReceivedEvent<D>>, TransportError>;
}

type EventsOf<B> = Section<B, "events">;

/** Subscriptions by dotted name, of a union of `{ name, declaration }`. */
export type SubscriptionsOf<Entries> = {
  readonly [Entry in Extract<Entries, { name: string }> as Entry["name"]]: Entry extends
    { readonly declaration: infer D extends EventDeclaration } ? EventSubscription<D> : never;
};

/** Publications by dotted name, of a union of `{ name, declaration }`. */
export type PublicationsOf<Entries> = {
  readonly [Entry in Extract<Entries, { name: string }> as Entry["name"]]: Entry extends
    { readonly declaration: infer D extends EventDeclaration } ? EventPublication<D> : never;
};

/** What code under this contract may publish and subscribe to of other contracts. */
type PublicationsOfUses<Uses> = PublicationsOf<SelectedBy<Uses, "events", "publish">>;
type SubscriptionsOfUses<Uses> = SubscriptionsOf<SelectedBy<Uses, "events", "subscribe">>;
type OrUndefined<M> = { readonly [Name in keyof M]: M[Name] | undefined };

/** Every event that code under this contract may publish or subscribe to, by dotted name. */
export type UsableEvent<B extends ContractBody> =
  & {
    readonly [Name in keyof EventsOf<B>]: EventsOf<B>[Name] extends EventDeclaration
      ? EventPublication<EventsOf<B>[Name]> & EventSubscription<EventsOf<B>[Name]>
      : never;
  }
  & PublicationsOfUses<UsesOf<B, "required">>
  & SubscriptionsOfUses<UsesOf<B, "required">>
  & OrUndefined<PublicationsOfUses<UsesOf<B, "optional">>>
  & OrUndefined<SubscriptionsOfUses<UsesOf<B, "optional">>>;

/** `client.event`: `"Orders.Placed"` is `orders.placed`. Those of optional uses may be undefined. */
export type EventClient<B extends ContractBody> = BySurfacePath<UsableEvent<B>>;

/** The same for those who publish no events. */
export type EventSubscriptions<B extends ContractBody> = BySurfacePath<
  & SubscriptionsOfUses<UsesOf<B, "required">>
  & OrUndefined<SubscriptionsOfUses<UsesOf<B, "optional">>>
>;
