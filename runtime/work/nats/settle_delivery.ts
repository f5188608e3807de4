import type { WorkSettings } from "../../../contracts/stored/bindings.ts";
import { deadSubject } from "../../../contracts/stored/work_names.ts";
import type { Log } from "../../log.ts";
import type { JetStreamRequests } from "../../nats/jetstream/jetstream_requests.ts";
import { API_CODE } from "../../nats/jetstream/api_code.ts";
import { failureMeaning } from "../../nats/jetstream/failure_meaning.ts";
import { publishStored } from "../../nats/jetstream/publish_stored.ts";
import { StreamApi } from "../../nats/jetstream/stream_api.ts";
import { type Decision, limitPutOff, type Undone } from "../decide_delivery.ts";
import type { WorkItem } from "../delivery.ts";
import type { DeliveryNotes } from "../delivery_notes.ts";
import type { Work } from "../work.ts";
import { deadLetter, type Parking, type WorkMessage, type WorkOwner } from "../work_messages.ts";
import { acknowledge, nak, TERM } from "./acknowledge.ts";

/** Milliseconds that storing a dead letter, or what is parked, may take. */
const STORE_MS = 10_000;
/** Milliseconds until it is tried again to give something up. */
const UNSTORED_MS = 5000;
/** Milliseconds at most between two looks whether somebody has decided about what is held. */
const HELD_MS = 10_000;

/** What any delivery is settled with. */
interface SettlingBase extends WorkOwner {
  readonly requests: JetStreamRequests;
  readonly settings: WorkSettings;
  /** The stream of dead letters; missing: what is given up is gone. */
  readonly dead?: string;
  /** How long a handler may put off a delivery without a try, in milliseconds; missing: for ever. */
  readonly putOffMs?: number;
  readonly notes: DeliveryNotes;
  /** Milliseconds since 1970, by the clock of the server: that of this machine may be an hour off. */
  readonly now: () => Promise<number>;
  readonly log: Log;
}

/** What deliveries are settled with. */
export interface Settling<Item extends WorkItem = WorkItem> extends SettlingBase {
  /** Where retries wait; missing: they wait in their place. */
  readonly parking?: Parking<Item>;
  /** Headers of its dead letters, beside those that they all have. */
  readonly letterHeaders?: (item: Item) => Readonly<Record<string, string>>;
  /** Is told what becomes of one that is not done, before the server is. */
  readonly decided?: (item: Item, decision: Undone, tries: number) => Promise<void>;
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
export async function settleDelivery<Item extends WorkItem>(
  parts: Settling<Item>,
  work: Work<Item>,
  asked: Task,
): Promise<Settled> {
  const { delivery, item, tries, note } = work;
  const { task, putOffSince } = await limited(parts, work, asked);
  switch (task.kind) {
    case "look": {
      if (await isDecided(parts, work)) return "handled";
      return await giveAway(parts, work, heldMs(parts));
    }
    case "leave":
      return "settled";
    case "wait":
      await parts.decided?.(item, task, tries);
      return await wait(parts, work, task.afterMs, task.isFree);
    case "park": {
      const { afterMs, attempt } = task;
      const at = new Date(await parts.now() + afterMs);
      await parts.decided?.(item, task, tries);
      const { stream, message } = parts.parking!;
      const parked = message(delivery, item, { attempt, at, putOffSince });
      if (await isStored(parts, work, parked, stream)) return "handled";
      return await wait(parts, work, afterMs, attempt === tries);
    }
    case "dead": {
      const { reason, error, hold } = task;
      const now = new Date(await parts.now());
      const why = { reason, error, tries };
      const maximum = parts.requests.line.info?.max_payload;
      const letter = (more?: Readonly<Record<string, string>>) =>
        deadLetter(parts, delivery, item, why, now, { maximum, more });
      const { dead } = parts;
      const timed = parts.letterHeaders?.(item);
      // The stream may be of an older Trellis, which did not let its messages have a time of their own.
      const isKept = dead === undefined ||
        (timed !== undefined && await isStored(parts, work, letter(timed), dead, true)) ||
        await isStored(parts, work, letter(), dead);
      if (!isKept) {
        await parts.notes.write(delivery, { ...note, dead: why });
        return await giveAway(parts, work, UNSTORED_MS);
      }
      const became = dead === undefined ? "was given up" : "is a dead letter";
      parts.log.error(
        `${parts.name}: ${item.id} ${became}${hold ? " and holds its place" : ""}`,
        { reason, error, tries },
      );
      await parts.decided?.(item, task, tries);
      if (!hold) return await end(parts, work);
      await parts.notes.write(delivery, { forgiven: note.forgiven, held: true });
      return await giveAway(parts, work, heldMs(parts));
    }
  }
}

/** What is to be done where a handler may put a delivery off for a time only, and since when it does. */
async function limited(
  { putOffMs, now }: SettlingBase,
  { item, delivery }: Work,
  task: Task,
): Promise<{ readonly task: Task; readonly putOffSince?: number }> {
  if (task.kind !== "wait" && task.kind !== "park") return { task };
  if (task.atLast === undefined) return { task };
  if (putOffMs === undefined && task.kind === "wait") return { task };
  const at = await now();
  // In its place it is as old as it is, and its stream gives it up with its age.
  const putOffSince = item.putOffSince ?? (task.kind === "park" ? at : delivery.writtenAt);
  const leftMs = putOffSince + (putOffMs ?? Infinity) - at;
  return { task: limitPutOff(task, leftMs), putOffSince };
}

function heldMs({ settings }: SettlingBase): number {
  return Math.min(HELD_MS, settings.ackWaitMs);
}

async function end({ requests, settings }: SettlingBase, work: Work): Promise<Settled> {
  const deadline = performance.now() + settings.ackWaitMs;
  const isConfirmed = await acknowledge(requests, [work.ackSubject], TERM, deadline);
  return isConfirmed ? "settled" : "unconfirmed";
}

async function wait(
  parts: SettlingBase,
  work: Work,
  afterMs: number,
  isFree: boolean,
): Promise<Settled> {
  const { note, delivery } = work;
  const { failed = 0 } = note;
  let repeats: number;
  do {
    repeats = work.repeats;
    const forgiven = note.forgiven + repeats;
    const counted = isFree ? { forgiven: forgiven + 1 } : { forgiven, failed: failed + 1 };
    await parts.notes.write(delivery, { ...note, ...counted });
    // It may have come again meanwhile.
  } while (repeats !== work.repeats);
  return await giveAway(parts, work, afterMs);
}

async function giveAway(
  { requests, settings }: SettlingBase,
  work: Work,
  afterMs: number,
): Promise<Settled> {
  work.isGivenAway = true;
  const deadline = performance.now() + settings.ackWaitMs;
  await acknowledge(requests, [work.ackSubject], nak(afterMs), deadline);
  return "settled";
}

/** Whether somebody has decided about the dead letter of what is held. */
async function isDecided(parts: SettlingBase, { item }: Work): Promise<boolean> {
  const { requests, dead, deployment, kind, name } = parts;
  if (dead === undefined) return true;
  const subject = deadSubject(deployment, kind, name, item.id);
  const letter = await new StreamApi(requests, dead)
    .message({ last: subject }, performance.now() + STORE_MS);
  return letter.isOk() && letter.value === undefined;
}

async function isStored(
  { requests, name, log }: SettlingBase,
  { item }: Work,
  message: WorkMessage,
  stream: string,
  isTimed = false,
): Promise<boolean> {
  const deadline = performance.now() + STORE_MS;
  const stored = await publishStored(requests, { ...message, stream }, deadline);
  if (stored.isErr()) {
    const { error } = stored;
    const { messageTtlsDisabled } = API_CODE;
    if (isTimed && error.kind === "refused" && error.code === messageTtlsDisabled) return false;
    const { what } = failureMeaning(error);
    log.error(`${name}: ${item.id} could not be put into ${stream}: ${what}`);
  }
  return stored.isOk();
}
