const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Every two digits of Crockford's base32, in order. */
const PAIRS = [...DIGITS].flatMap((high) => [...DIGITS].map((low) => high + low));
/** Pairs of an id that say its millisecond, and those that are random; two more count. */
const TIMED = 5, RANDOM = 6;
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
    prefix = "";
    for (let pair = TIMED - 1; pair >= 0; pair--) {
      prefix += PAIRS[Math.floor(time / PAIRS.length ** pair) % PAIRS.length];
    }
    for (const digits of crypto.getRandomValues(new Uint16Array(RANDOM))) {
      prefix += PAIRS[digits & 1023];
    }
    count = 0;
  }
  const n = count++;
  return prefix + PAIRS[n >> 10] + PAIRS[n & 1023];
}
