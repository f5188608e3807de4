import { EVENT_STREAM } from "../../contracts/stored/event_stream.ts";
import {
  jobStream,
  parsePlace,
  placeSubject,
  slotSubjects,
} from "../../contracts/stored/job_names.ts";
import {
  ATTEMPT_HEADER,
  DEADLINE_HEADER,
  JOB_TIME_HEADER,
} from "../../contracts/stored/work_headers.ts";
import { againSubject, laterStream } from "../../contracts/stored/work_names.ts";
import { eventHeaders } from "../../runtime/events/nats/event_headers.ts";
import { headerValue } from "../../runtime/nats/headers/received_headers.ts";
import {
  EXPECTED_SEQUENCE_HEADER,
  EXPECTED_SUBJECT_HEADER,
} from "../../runtime/nats/jetstream/publish_headers.ts";
import type { MessageToStore } from "../../runtime/nats/jetstream/publish_stored.ts";
import type { OpenedLetter } from "./letter.ts";

/** Where what was given up goes back to. */
export interface AgainPlace {
  readonly deployment: string;
  /** The name of the group, or the queue, on the server. */
  readonly stored: string;
  /** The stream of the letters. */
  readonly letters: string;
  /** Classes of priority that the queue has. */
  readonly classes: number;
}

/** Added by those who have worked on it: not part of what they were given. */
const WORKED = /^(Nats-|Trellis-Dead-|Trellis-Attempt:)/i;
const MOVED = /^(Nats-|Trellis-Dead-|Trellis-Attempt:|Trellis-Origin:)/i;
/** The slots of keys of which one at a time may be there. */
const UNIQUE_SLOT = /^u-/;

/**
 * The message by which what was given up is tried again, as if for the first time; what a relay has given up
 * is the event that it is. Stored once, however often it is sent.
 *
 * @param now milliseconds since 1970
 */
export function againMessage(letter: OpenedLetter, place: AgainPlace, now: number): MessageToStore {
  switch (letter.kind) {
    case "relay":
      return {
        subject: letter.subject,
        body: letter.body,
        headers: eventHeaders(
          letter.id,
          EVENT_STREAM,
          `${carriedLines(letter, MOVED).join("\r\n")}\r\n`,
        ),
        stream: EVENT_STREAM,
      };
    case "job":
    case "operation":
      return queuedMessage(letter, place, now);
    default:
      return eventMessage(letter, place);
  }
}

function eventMessage(letter: OpenedLetter, { deployment, stored, letters }: AgainPlace) {
  const stream = laterStream(deployment);
  return {
    subject: againSubject(deployment, stored, letter.id),
    body: letter.body,
    headers: headerBlock(
      [messageId(letter, stored, "again", letters), expectedStream(stream), `${ATTEMPT_HEADER}: 1`],
      carriedLines(letter, WORKED),
    ),
    stream,
  };
}

function queuedMessage(letter: OpenedLetter, again: AgainPlace, now: number): MessageToStore {
  const { deployment, stored, letters, classes } = again;
  const kind = letter.kind === "operation" ? "operation" : "job";
  const origin = parsePlace(letter.subject);
  const slot = origin?.slot ?? letter.id;
  const place = {
    kind,
    queue: stored,
    // There may be fewer classes today.
    class: Math.max(0, Math.min(origin?.class ?? 0, classes - 1)),
    lane: origin?.lane ?? 0,
    slot,
  } as const;
  const stream = jobStream(deployment);
  const alone = UNIQUE_SLOT.test(slot)
    ? [
      `${EXPECTED_SEQUENCE_HEADER}: 0`,
      `${EXPECTED_SUBJECT_HEADER}: ${slotSubjects(deployment, place)}`,
    ]
    : [];
  return {
    subject: placeSubject(deployment, "run", place),
    body: letter.body,
    headers: headerBlock(
      [
        messageId(letter, stored, "retry", letters),
        expectedStream(stream),
        `${ATTEMPT_HEADER}: 1`,
        ...alone,
        ...deadlineLine(letter, now),
      ],
      carriedLines(letter, MOVED).filter((line) => !line.startsWith(`${DEADLINE_HEADER}:`)),
    ),
    stream,
  };
}

/** It has as long again as it had: else one that has expired would expire at once. */
function deadlineLine({ headers }: OpenedLetter, now: number): string[] {
  const [created = NaN, deadline = NaN] = [JOB_TIME_HEADER, DEADLINE_HEADER]
    .map((name) => Date.parse(headerValue(headers, name) ?? ""));
  const allowed = deadline - created;
  return allowed > 0 ? [`${DEADLINE_HEADER}: ${new Date(now + allowed).toISOString()}`] : [];
}

function messageId(
  { id, sequence }: OpenedLetter,
  stored: string,
  what: string,
  letters: string,
): string {
  return `Nats-Msg-Id: ${id}:${stored}:${what}:${letters}:${sequence}`;
}

function expectedStream(stream: string): string {
  return `Nats-Expected-Stream: ${stream}`;
}

/** What it had, but for what was added when it was given up. */
function carriedLines({ headers }: OpenedLetter, without: RegExp): string[] {
  return headers.split("\r\n").slice(1).filter((line) => line !== "" && !without.test(line));
}

function headerBlock(...lines: readonly string[][]): Uint8Array {
  return new TextEncoder().encode(`NATS/1.0\r\n${lines.flat().join("\r\n")}\r\n\r\n`);
}
