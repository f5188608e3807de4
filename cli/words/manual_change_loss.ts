import type { FieldChange } from "../../reconcile/resources/bucket.ts";

/**
 * What a change by hand may have cost before it was undone, to stand behind the sentence about it; ""
 * where it cost nothing. The server drops what is too much at once, and brings nothing back.
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
