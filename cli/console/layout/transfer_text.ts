import type { ManifestTransfer } from "../../../contracts/manifest/manifest.ts";
import { bytes } from "../../terminal/bytes.ts";
import { duration } from "../../terminal/duration.ts";

/** What files go with a surface, in few words. */
export function transferText(transfer: ManifestTransfer | undefined): string {
  if (transfer === undefined) return "none";
  const { direction, store, maxBytes, expiresInMs } = transfer;
  if (direction === "receive") return `gives files of the store ${store}`;
  return [
    `takes a file into the store ${store}`,
    ...(maxBytes === undefined ? [] : [`up to ${bytes(maxBytes)}`]),
    ...(expiresInMs === undefined ? [] : [`within ${duration(expiresInMs)}`]),
  ].join(", ");
}
