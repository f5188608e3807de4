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

type EventsOf<B> = Section<B, "events">;

/** Publications by dotted name, of a union of `{ name, declaration }`. */
export type PublicationsOf<Entries> = {
  readonly [Entry in Extract<Entries, { name: string }> as Entry["name"]]: Entry extends
    { readonly declaration: infer D extends EventDeclaration } ? EventPublication<D> : never;
};
type OptionalOf<B> = PublicationsOf<SelectedBy<UsesOf<B, "optional">, "events", "publish">>;

/** Every event that code under this contract may publish, by dotted name. */
export type PublishableEvent<B extends ContractBody> =
  & {
    readonly [Name in keyof EventsOf<B>]: EventsOf<B>[Name] extends EventDeclaration
      ? EventPublication<EventsOf<B>[Name]>
      : never;
  }
  & PublicationsOf<SelectedBy<UsesOf<B, "required">, "events", "publish">>
  & { readonly [Name in keyof OptionalOf<B>]: OptionalOf<B>[Name] | undefined };

/** `client.event`: `"Orders.Placed"` is `orders.placed`. Those of optional uses may be undefined. */
export type EventClient<B extends ContractBody> = BySurfacePath<PublishableEvent<B>>;
