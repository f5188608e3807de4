import type { FieldChange } from "../../reconcile/resources/bucket.ts";

/**
 * What a change outside Trellis may have deleted before it was undone, as the end of a sentence; "" for
 * nothing. The server deletes at once what a smaller limit excludes, and undoing brings nothing back.
 */
export function manualChangeLoss(changes: readonly FieldChange[]): string {
  const lost = changes.flatMap(({ field, from, to }) => {
    if (typeof from !== "number" || typeof to !== "number") return [];
    if (field === "history") return from < to ? ["older revisions"] : [];
    // 0 is no limit at all.
    if (field !== "ttlMs" || from === 0) return [];
    return to === 0 || from < to ? [`what was older than ${from} ms`] : [];
  });
  return lost.length === 0 ? "" : `; ${lost.join(" and ")} may be gone`;
}
