/** Seconds that a connection lasts; clients replace it before, and are looked up anew. */
export const CONNECTION_S = 600;

/**
 * Seconds until the server closes a connection. It adds them to the time at which it asked, so no other clock
 * counts.
 *
 * @param now seconds since 1970, when the server asked
 * @param endsAt when the session itself ends, in milliseconds since 1970; missing: by itself never
 */
export function connectionLifetime(now: number, endsAt?: number, longestS = CONNECTION_S): number {
  if (endsAt === undefined) return longestS;
  // The server takes whole seconds, and 0 would be for ever.
  return Math.min(longestS, Math.max(1, Math.ceil(endsAt / 1000) - now));
}
