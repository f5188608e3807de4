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
  // One is read for each message that comes, so no list of its parts is made.
  const first = at + origin.length;
  const second = subject.indexOf(".", first) + 1;
  const third = subject.indexOf(".", second) + 1;
  const fourth = subject.indexOf(".", third) + 1;
  const fifth = subject.indexOf(".", fourth) + 1;
  if (second === 0 || third === 0 || fourth === 0 || fifth === 0) return undefined;
  const end = subject.indexOf(".", fifth);
  const deliveries = Number(subject.slice(first, second - 1));
  const sequence = Number(subject.slice(second, third - 1));
  const delivered = Number(subject.slice(third, fourth - 1));
  // The nanoseconds have more digits than a number holds.
  const writtenAt = Number(subject.slice(fourth, Math.max(fourth, fifth - 7)));
  const pending = Number(subject.slice(fifth, end < 0 ? undefined : end));
  const isRead = Number.isInteger(deliveries) && Number.isInteger(sequence) &&
    Number.isInteger(delivered) && Number.isInteger(writtenAt) && Number.isInteger(pending);
  return isRead ? { deliveries, sequence, delivered, writtenAt, pending } : undefined;
}
