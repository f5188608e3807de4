import { storedEventId } from "../events/nats/event_headers.ts";
import { lostRace } from "../nats/jetstream/api_answer.ts";
import { failureMeaning } from "../nats/jetstream/failure_meaning.ts";
import type { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import { EXPECTED_SEQUENCE_HEADER } from "../nats/jetstream/publish_headers.ts";
import { publishStored } from "../nats/jetstream/publish_stored.ts";
import type { DeadReason } from "../work/decide_delivery.ts";
import type { Delivery } from "../work/delivery.ts";
import { deadLetter, type WorkOwner } from "../work/work_messages.ts";

/** Where the dead letters of a projection go. */
export interface LetterPlace extends WorkOwner {
  /** The requests of the connection. */
  readonly requests: JetStreamRequests;
  /** The stream of dead letters; undefined where there is none yet. */
  readonly dead: string | undefined;
}

/** An event that is not folded. */
export interface Letter {
  readonly message: Pick<Delivery, "stream" | "sequence" | "subject" | "headers" | "data">;
  readonly reason: DeadReason;
  readonly error: string;
  readonly tries: number;
}

/** Milliseconds until a dead letter must be stored. */
const STORE_MS = 5000;

/**
 * Keeps an event as a dead letter; answers why that did not succeed.
 *
 * @param unlessKept true: one that is there already for the event is enough
 */
export async function keepLetter(
  place: LetterPlace,
  { message, ...why }: Letter,
  unlessKept = false,
): Promise<string | undefined> {
  const { dead, requests } = place;
  if (dead === undefined) return "there is no stream of dead letters; reconcile the deployment";
  const origin = `${message.stream} ${message.sequence} ${message.subject}`;
  const more: Record<string, string> = unlessKept ? { [EXPECTED_SEQUENCE_HEADER]: "0" } : {};
  const frame = { maximum: requests.line.info?.max_payload, more };
  const letter = deadLetter(
    place,
    message,
    { id: storedEventId(message), origin },
    why,
    new Date(),
    frame,
  );
  const stored = await publishStored(
    requests,
    { ...letter, stream: dead },
    performance.now() + STORE_MS,
  );
  if (!stored.isErr() || (unlessKept && lostRace(stored.error))) return undefined;
  return failureMeaning(stored.error).what;
}
