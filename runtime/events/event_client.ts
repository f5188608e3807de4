import { ulid } from "ulid";
import type { Contract } from "../../contracts/define/contract.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { ValidationError } from "../../contracts/errors/validation_error.ts";
import { AsyncResult, isErr, type Result } from "../../contracts/result.ts";
import { bySurfacePath } from "../../contracts/manifest/surface_path.ts";
import type { PublishOptions } from "./event_types.ts";
import {
  checkPrepared,
  type EventMetadata,
  type EventSurface,
  eventSurface,
  type PreparedEvent,
  prepareEvent,
} from "./prepare_event.ts";

/** What stores events. `runtime/nats/` implements it. */
export interface EventPublisher {
  /** Publishes a prepared event and waits until it is stored. Never rejects. */
  publish(event: PreparedEvent, options?: PublishOptions): Promise<Result<void, TransportError>>;
}

/** One event as untyped code publishes it. */
export interface UntypedPublication {
  publish(body: unknown, options?: PublishOptions): Published;
  prepare(body: unknown): Result<PreparedEvent, ValidationError>;
  publishPrepared(event: PreparedEvent, options?: PublishOptions): Published;
}

type Published = AsyncResult<EventMetadata, TransportError | ValidationError>;

/** Every event that code under a contract may publish, by dotted name: its own and those it uses. */
export function publishableEvents(
  contract: Contract,
  publisher: EventPublisher,
): Map<string, UntypedPublication> {
  const events = new Map<string, UntypedPublication>();
  const add = (name: string, owner: Contract) => {
    const surface = eventSurface(owner.manifest, name);
    if (surface !== undefined) events.set(name, publication(surface, publisher));
  };
  for (const name of Object.keys(contract.manifest.events ?? {})) add(name, contract);
  for (const [alias, { contract: used, required }] of contract.used) {
    const uses = contract.manifest.uses?.[required ? "required" : "optional"]?.[alias];
    for (const name of uses?.events?.publish ?? []) add(name, used);
  }
  return events;
}

/** `client.event`: the events by their paths. */
export function eventClient(contract: Contract, publisher: EventPublisher): object {
  return bySurfacePath(publishableEvents(contract, publisher));
}

function publication(surface: EventSurface, publisher: EventPublisher): UntypedPublication {
  const prepare = (body: unknown) => prepareEvent(surface, body, newMetadata());
  const send = (
    prepared: Result<PreparedEvent, ValidationError>,
    options: PublishOptions | undefined,
  ): Published => {
    const event = prepared.take();
    if (isErr(event)) return AsyncResult.err(event.error);
    return new AsyncResult(publisher.publish(event, options)).map(() => event.metadata);
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
function newMetadata(): EventMetadata {
  const now = Date.now();
  return { id: ulid(now), time: new Date(now).toISOString() };
}
