import { ulid } from "ulid";

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Every two digits of Crockford's base32, in order. */
const PAIRS = [...DIGITS].flatMap((high) => [...DIGITS].map((low) => high + low));
/** Digits at the end of an id that count instead of being random. */
const COUNTED = 4;
const MOST = PAIRS.length ** 2;

let time = 0;
let prefix = "";
let count = MOST;

/**
 * A fresh request id: a ULID, greater than the ones before. Random once a millisecond and counted up in
 * between, because making each one from scratch is a noticeable part of a call.
 */
export function newRequestId(): string {
  const now = Date.now();
  if (now > time || count === MOST) {
    time = Math.max(now, time);
    prefix = ulid(time).slice(0, -COUNTED);
    count = 0;
  }
  const n = count++;
  return prefix + PAIRS[n >> 10] + PAIRS[n & 1023];
}
