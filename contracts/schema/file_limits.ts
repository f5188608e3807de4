/** Limits of files that callers send and fetch, which contracts are checked against. */

/** Longest time that a file may take to come, and that a grant holds, in milliseconds. */
export const TRANSFER_MS = 3_600_000;

/** Largest file that an operation can be declared for. */
export const MOST_TRANSFER_BYTES: number = 64 * 2 ** 30;

/** Room for what is on its way to a service, where none of its files is larger than half of it. */
export const TRANSFER_ROOM_BYTES: number = 2 ** 30;

/** The largest file that an operation takes: as it says, or as its store does. */
export function transferLimit(
  transfer: { readonly maxBytes?: number | undefined },
  store: { readonly maxObjectBytes?: number | undefined } | undefined,
): number {
  const { maxObjectBytes = 0 } = store ?? {};
  const most = maxObjectBytes > 0 ? maxObjectBytes : Infinity;
  return Math.min(transfer.maxBytes ?? TRANSFER_ROOM_BYTES / 2, most);
}
