import { jetstreamManager } from "@nats-io/jetstream";
import { parseExactJson } from "../../../contracts/json/exact_json.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { EVENT_STREAM } from "../../../contracts/stored/event_stream.ts";
import { toTransportError } from "../../../runtime/nats/library_error.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { decodeUtf8 } from "../../../runtime/nats/utf8/utf8_text.ts";
import { printable, printableJson } from "../../terminal/printable.ts";

/** Bytes of a body that are shown. */
export const MOST_BODY = 64 * 1024;

/** An event as it is stored. */
export interface StoredEvent {
  readonly subject: string;
  readonly sequence: number;
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number;
  /** Of the whole body. */
  readonly bytes: number;
  /** By name. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body, safe to show; undefined when it is no text, and when it is too large to be shown. */
  readonly body: string | undefined;
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
      bytes: data.length,
      headers: headers.toSorted(([a], [b]) => a.localeCompare(b)),
      body: data.length > MOST_BODY ? undefined : bodyText(data),
    });
  } catch (cause) {
    return err(toTransportError(cause, "reading an event"));
  }
}

/** JSON over several lines, other text as it is. */
function bodyText(data: Uint8Array): string | undefined {
  const text = decodeUtf8(data);
  if (text === undefined) return undefined;
  const value = parseExactJson(text).take();
  return isErr(value) ? printable(text, { lines: true }) : printableJson(value, 2);
}
