/**
 * Reads the ids of jobs that are created by the clock: `cron-<schedule>-<time>`. Whoever makes the job of a time
 * gives it the same id.
 *
 * @module
 */

const SCHEDULED = /^cron-(.+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** The schedule whose jobs arrive in a slot; undefined for other slots. */
export function scheduleOfSlot(slot: string): string | undefined {
  return slot.startsWith("cron-") && !SCHEDULED.test(slot) ? slot.slice(5) : undefined;
}

/** Reads what `cronJobId` made; undefined for other ids. */
export function parseScheduledId(
  id: string,
): { readonly schedule: string; readonly time: Date } | undefined {
  const [, schedule, year, month, day, hour, minute, second] = SCHEDULED.exec(id) ?? [];
  if (schedule === undefined) return undefined;
  return { schedule, time: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) };
}
