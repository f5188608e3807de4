/** What the acknowledgement subject of a delivered message says of it. */
export interface AckNumbers {
  /** How often the server has delivered it, this time included. */
  readonly deliveries: number;
  /** Sequence in the stream. */
  readonly sequence: number;
  /** Number of the message among those that the consumer has delivered, from 1. */
  readonly delivered: number;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
  /** Messages that follow, as far as the server knew when it sent this one. */
  readonly pending: number;
}

/** What the acknowledgement subjects of one consumer have before their numbers. */
export function ackOrigin(stream: string, consumer: string): string {
  return `.${stream}.${consumer}.`;
}

/**
 * Reads an acknowledgement subject: `$JS.ACK.<stream>.<consumer>.` or
 * `$JS.ACK.<domain>.<account>.<stream>.<consumer>.`, followed by
 * `<deliveries>.<sequence>.<delivered>.<nanoseconds>.<pending>` and perhaps a token. Undefined for
 * any other subject, so for whatever did not come from the consumer.
 */
export function parseAckSubject(
  subject: string | undefined,
  origin: string,
): AckNumbers | undefined {
  if (!subject?.startsWith("$JS.ACK.")) return undefined;
  const at = subject.indexOf(origin);
  if (at < 0) return undefined;
  const [deliveries, sequence, delivered, time = "", pending] = subject.slice(at + origin.length)
    .split(".");
  const numbers = {
    deliveries: Number(deliveries),
    sequence: Number(sequence),
    delivered: Number(delivered),
    // The nanoseconds have more digits than a number holds.
    writtenAt: Number(time.slice(0, -6)),
    pending: Number(pending),
  };
  return Object.values(numbers).every(Number.isInteger) ? numbers : undefined;
}
