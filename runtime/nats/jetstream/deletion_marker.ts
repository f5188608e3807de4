/** Marks a deletion, for all KV clients: `DEL` or `PURGE`. */
export const KV_OPERATION_HEADER = "KV-Operation";
/** Set by the server on the markers that it writes itself, as when a message expires. */
export const MARKER_REASON_HEADER = "Nats-Marker-Reason";

/**
 * True for the headers of a deletion in a KV bucket. `valueOf` reads one header; what is not there is
 * undefined or empty.
 */
export function isDeletionMarker(valueOf: (name: string) => string | undefined): boolean {
  const operation = valueOf(KV_OPERATION_HEADER);
  return operation === "DEL" || operation === "PURGE" || Boolean(valueOf(MARKER_REASON_HEADER));
}
