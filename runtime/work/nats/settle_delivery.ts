import type { WorkSettings } from "../../../contracts/stored/bindings.ts";
import { deadSubject } from "../../../contracts/stored/work_names.ts";
import type { Log } from "../../log.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import { publishStored } from "../../nats/jetstream/publish_stored.ts";
import { StreamApi } from "../../nats/jetstream/stream_api.ts";
import type { Decision } from "../decide_delivery.ts";
import type { DeliveryNotes } from "../delivery_notes.ts";
import type { Work } from "../work.ts";
import { deadLetter, parkedMessage, type WorkMessage, type WorkOwner } from "../work_messages.ts";
import { acknowledge, nak, TERM } from "./acknowledge.ts";

/** Milliseconds that storing a dead letter, or what is parked, may take. */
const STORE_MS = 10_000;
/** Milliseconds until it is tried again to give something up. */
const UNSTORED_MS = 5000;
/** Milliseconds at most between two looks whether somebody has decided about what is held. */
const HELD_MS = 10_000;

/** What deliveries are settled with. */
export interface Settling extends WorkOwner {
  readonly requests: JetStreamRequests;
  readonly settings: WorkSettings;
  /** The stream in which retries wait; missing: they wait in their place. */
  readonly later?: string;
  /** The stream of dead letters. */
  readonly dead: string;
  readonly notes: DeliveryNotes;
  /** Milliseconds since 1970, by the clock of the server: that of this machine may be an hour off. */
  readonly now: () => Promise<number>;
  readonly log: Log;
}

/** How a delivery stands when what was decided is carried out. */
export type Settled =
  /** It is to be acknowledged. */
  | "handled"
  /** Nothing more is to be done. */
  | "settled"
  /** The server may not have heard that it is over. */
  | "unconfirmed";

/** What is to be done with a delivery; `look`: whether somebody has decided about what is held. */
export type Task = Exclude<Decision, { readonly kind: "run" | "done" }> | { readonly kind: "look" };

/** Does what was decided of a delivery, but for its acknowledgement. */
export async function settleDelivery(
  parts: Settling,
  work: Work,
  task: Task,
): Promise<Settled> {
  const { delivery, item, tries, note } = work;
  switch (task.kind) {
    case "look": {
      if (await isDecided(parts, work)) return "handled";
      return await giveAway(parts, work, heldMs(parts));
    }
    case "wait":
      return await wait(parts, work, task.afterMs, task.isFree);
    case "park": {
      const { afterMs, attempt } = task;
      const at = new Date(await parts.now() + afterMs);
      const parked = parkedMessage(parts, delivery, item, { attempt, at });
      if (await isStored(parts, work, parked, parts.later!)) return "handled";
      return await wait(parts, work, afterMs, attempt === tries);
    }
    case "dead": {
      const { reason, error, hold } = task;
      const now = new Date(await parts.now());
      const why = { reason, error, tries };
      const maximum = parts.requests.line.info?.max_payload;
      const letter = deadLetter(parts, delivery, item, why, now, { maximum });
      if (!await isStored(parts, work, letter, parts.dead)) {
        await parts.notes.write(delivery, { ...note, dead: why });
        return await giveAway(parts, work, UNSTORED_MS);
      }
      parts.log.error(
        `${parts.name}: ${item.id} is a dead letter${hold ? " and holds its place" : ""}`,
        { reason, error, tries },
      );
      if (!hold) return await end(parts, work);
      await parts.notes.write(delivery, { forgiven: note.forgiven, held: true });
      return await giveAway(parts, work, heldMs(parts));
    }
  }
}

function heldMs({ settings }: Settling): number {
  return Math.min(HELD_MS, settings.ackWaitMs);
}

async function end({ requests, settings }: Settling, work: Work): Promise<Settled> {
  const deadline = performance.now() + settings.ackWaitMs;
  const isConfirmed = await acknowledge(requests, [work.ackSubject], TERM, deadline);
  return isConfirmed ? "settled" : "unconfirmed";
}

async function wait(
  parts: Settling,
  work: Work,
  afterMs: number,
  isFree: boolean,
): Promise<Settled> {
  const { note, delivery } = work;
  if (isFree) await parts.notes.write(delivery, { ...note, forgiven: note.forgiven + 1 });
  return await giveAway(parts, work, afterMs);
}

async function giveAway(
  { requests, settings }: Settling,
  work: Work,
  afterMs: number,
): Promise<Settled> {
  work.isGivenAway = true;
  const deadline = performance.now() + settings.ackWaitMs;
  await acknowledge(requests, [work.ackSubject], nak(afterMs), deadline);
  return "settled";
}

/** Whether somebody has decided about the dead letter of what is held. */
async function isDecided(parts: Settling, { item }: Work): Promise<boolean> {
  const { requests, dead, deployment, kind, name } = parts;
  const subject = deadSubject(deployment, kind, name, item.id);
  const letter = await new StreamApi(requests, dead)
    .message({ last: subject }, performance.now() + STORE_MS);
  return letter.isOk() && letter.value === undefined;
}

async function isStored(
  { requests, name, log }: Settling,
  { item }: Work,
  message: WorkMessage,
  stream: string,
): Promise<boolean> {
  const deadline = performance.now() + STORE_MS;
  const stored = await publishStored(requests, { ...message, stream }, deadline);
  if (stored.isErr()) {
    const { what } = failureMeaning(stored.error);
    log.error(`${name}: ${item.id} could not be put into ${stream}: ${what}`);
  }
  return stored.isOk();
}
