import type { DangerousEntry } from "../../reconcile/changes/catalogue_entry.ts";
import type { Change } from "../../reconcile/changes/change.ts";
import { changePlace } from "../../reconcile/changes/change_place.ts";

/** What to do about a dangerous change. Where payloads of jobs do not fit any more, they can be migrated. */
export function wayOutText(
  change: Pick<Change, "code" | "path">,
  entry: Pick<DangerousEntry, "wayOut">,
): string {
  const { section, part } = changePlace(change);
  return section === "jobs" && part[0] === "payload" ? MIGRATED : entry.wayOut;
}

const MIGRATED = "Give the payload another `payloadVersion`, name the one before in " +
  "`acceptedVersions` with its schema, and make today's payload of it in `migrate` beside the " +
  "handler. Or let the queue run empty, then accept.";
