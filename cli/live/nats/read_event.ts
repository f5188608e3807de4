import { jetstreamManager } from "@nats-io/jetstream";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { toTransportError } from "../../../runtime/nats/library_error.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";

/** An event as it is stored. */
export interface StoredEvent {
  readonly subject: string;
  readonly sequence: number;
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number;
  /** By name. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Reads an event by its place in the stream; undefined when it is there no more. */
export async function readEvent(
  { connection }: Pick<NatsMessaging, "connection">,
  sequence: number,
): Promise<Result<StoredEvent | undefined, TransportError>> {
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const message = await manager.streams.getMessage(EVENT_STREAM, { seq: sequence });
    if (message === null) return ok(undefined);
    const { subject, time, data, header } = message;
    const headers = header === undefined
      ? []
      : header.keys().map((name) => [name, header.get(name)] as const);
    return ok({
      subject,
      sequence,
      at: time.getTime(),
      headers: headers.toSorted(([a], [b]) => a.localeCompare(b)),
      body: data,
    });
  } catch (cause) {
    return err(toTransportError(cause, "reading an event"));
  }
}
