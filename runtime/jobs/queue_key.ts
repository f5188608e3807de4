import { digestJson } from "../../contracts/json/digest.ts";
import { cronSlot } from "../../contracts/stored/job_names.ts";
import { parseScheduledId } from "./scheduled_id.ts";

/** Characters of a digest that stand for a key: no two keys ever meet in 132 bits. */
const TOKEN_LENGTH = 22;
/** Also with what is put before and behind the id that an author gives. */
const ID = /^[A-Za-z0-9_-]{1,180}$/;
/** An id that names the slot of its key behind its own part. */
const NAMES_SLOT = /^[0-9A-HJKMNP-TV-Z]{26}-([uk]-.+)$/;

/** A key as one token of a subject. */
export function keyToken(key: unknown): string {
  return digestJson(key).slice(0, TOKEN_LENGTH);
}

/** The slot of whatever has a key, where only one with it may be unfinished. */
export function uniqueSlot(key: unknown): string {
  return `u-${keyToken(key)}`;
}

/** One of the slots of a key, from 0, where a few with it may be unfinished. */
export function keySlot(key: unknown, number: number): string {
  return `k-${keyToken(key)}-${number}`;
}

/** The id of what stands in a slot that its key has made: the slot can be told from it. */
export function idInSlot(id: string, slot: string): string {
  return `${id}-${slot}`;
}

/**
 * What names something in a queue: as it is said, where that can be a part of keys and subjects. Whoever may write
 * into the stream may say anything, and what cannot be named could neither be worked on nor given up.
 */
export function namedId(said: string): string {
  return ID.test(said) ? said : `x-${keyToken(said)}`;
}

/** The slot that an id stands in, as far as the id tells. */
export function slotOfId(id: string): string {
  const scheduled = parseScheduledId(id);
  if (scheduled !== undefined) return cronSlot(scheduled.schedule);
  return NAMES_SLOT.exec(id)?.[1] ?? id;
}
