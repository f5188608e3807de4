/** Limits of files that callers send and fetch, which contracts are checked against. */

/** Longest time that a file may take to come, and that a grant holds, in milliseconds. */
export const TRANSFER_MS = 3_600_000;

/** Largest file that an operation can be declared for. */
export const MOST_TRANSFER_BYTES: number = 64 * 2 ** 30;

/** Room for what is on its way to a service, unless it says that its files may be larger than half of it. */
export const TRANSFER_ROOM_BYTES: number = 2 ** 30;

/** What a store says of its room, in bytes; 0 and left out: no limit. */
export interface StoreRoom {
  /** Of one object. */
  readonly maxObjectBytes?: number | undefined;
  /** Of all of them. */
  readonly maxTotalBytes?: number | undefined;
}

/** The largest file that an operation takes, as it says or its store does; undefined where neither does. */
export function declaredLimit(
  { maxBytes = Infinity }: { readonly maxBytes?: number | undefined },
  { maxObjectBytes = 0 }: Pick<StoreRoom, "maxObjectBytes"> = {},
): number | undefined {
  const most = Math.min(maxBytes, maxObjectBytes > 0 ? maxObjectBytes : Infinity);
  return Number.isFinite(most) ? most : undefined;
}

/** The largest file that a store has room for when nothing else is in it; undefined where it has no limit. */
export function largestFile({ maxObjectBytes, maxTotalBytes = 0 }: StoreRoom): number | undefined {
  return declaredLimit(maxTotalBytes > 0 ? { maxBytes: maxTotalBytes } : {}, { maxObjectBytes });
}
