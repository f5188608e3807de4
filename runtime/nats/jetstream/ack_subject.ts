const ZERO = 0x30;

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
  // One is read for each message that comes, so no list of its parts is made, and no text of each.
  const first = at + origin.length;
  const second = subject.indexOf(".", first) + 1;
  const third = subject.indexOf(".", second) + 1;
  const fourth = subject.indexOf(".", third) + 1;
  const fifth = subject.indexOf(".", fourth) + 1;
  if (second === 0 || third === 0 || fourth === 0 || fifth === 0) return undefined;
  const end = subject.indexOf(".", fifth);
  const deliveries = numberIn(subject, first, second - 1);
  const sequence = numberIn(subject, second, third - 1);
  const delivered = numberIn(subject, third, fourth - 1);
  // The nanoseconds have more digits than a number holds.
  const writtenAt = numberIn(subject, fourth, fifth - 7);
  const pending = numberIn(subject, fifth, end < 0 ? subject.length : end);
  const isRead = !Number.isNaN(deliveries + sequence + delivered + writtenAt + pending);
  return isRead ? { deliveries, sequence, delivered, writtenAt, pending } : undefined;
}

/** The number that these digits write, 0 without any; NaN when they are none. */
function numberIn(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    number = number * 10 + digit;
  }
  return number;
}
