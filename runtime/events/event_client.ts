import { ulid } from "ulid";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { ValidationError } from "../../contracts/errors/validation_error.ts";
import { AsyncResult, isErr, type Result } from "../../contracts/result.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import type { HandedOver } from "../rpc/call_options.ts";
import { type UseState, whileUsed } from "../rpc/use_state.ts";
import type { PublishOptions } from "./event_types.ts";
import { type ExpectedLast, expectedLast } from "./expected_last.ts";
import {
  checkPrepared,
  type EventMetadata,
  eventSurface,
  type PreparedEvent,
  prepareEvent,
  type PublishedEvent,
} from "./prepare_event.ts";

/** What stores events. `runtime/nats/` implements it. */
export interface EventPublisher {
  /** Publishes a prepared event, waits until it is stored and answers its sequence. Never rejects. */
  publish(
    event: PreparedEvent,
    options?: PublishOptions & Pick<HandedOver, "keep"> & { readonly expected?: ExpectedLast },
  ): Promise<Result<number, TransportError>>;
}

/** One event as untyped code publishes it. */
export interface UntypedPublication {
  publish(body: unknown, options?: PublishOptions): Published;
  prepare(body: unknown): Result<PreparedEvent, ValidationError>;
  publishPrepared(event: PreparedEvent, options?: PublishOptions): Published;
}

type Published = AsyncResult<PublishedEvent, TransportError | ValidationError>;

/** Publishes the events of a use, and none while it is known to be missing. */
export function publisherOf(use: UseState, publisher: EventPublisher): EventPublisher {
  return { publish: (...event) => whileUsed(use, () => publisher.publish(...event)) };
}

/** Publishes one event of a contract. */
export function eventPublication(
  manifest: ContractManifest,
  name: string,
  publisher: EventPublisher,
): UntypedPublication {
  const surface = eventSurface(manifest, name);
  if (surface === undefined) throw new TypeError(`${manifest.id} declares no event ${name}`);
  const prepare = (body: unknown) => prepareEvent(surface, body, newEventMetadata());
  const send = (
    prepared: Result<PreparedEvent, ValidationError>,
    options: PublishOptions | undefined,
  ): Published => {
    const event = prepared.take();
    if (isErr(event)) return AsyncResult.err(event.error);
    const { keep } = surface;
    const { expect } = options ?? {};
    return new AsyncResult(publisher.publish(event, {
      ...options,
      ...(keep && { keep }),
      ...(expect && { expected: expectedLast(surface, event.subject, expect) }),
    })).map((sequence) => ({ ...event.metadata, sequence }));
  };
  return {
    prepare,
    publish: (body, options) => send(prepare(body), options),
    publishPrepared: (event, options) => send(checkPrepared(surface, event), options),
  };
}

/**
 * Random for each event rather than counted up: a client that could guess the next id could publish
 * it first, and the server would take the real event for a repetition.
 */
export function newEventMetadata(): EventMetadata {
  const now = Date.now();
  return { id: ulid(now), time: new Date(now).toISOString() };
}
