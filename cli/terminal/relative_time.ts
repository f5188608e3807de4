const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/**
 * A moment as seen from now: `3 minutes ago`, `yesterday`, `in 2 hours`, `now`.
 *
 * @param moment a date, milliseconds since 1970, or an ISO text
 * @param now milliseconds since 1970
 */
export function relativeTime(moment: Date | number | string, now: number): string {
  const seconds = (new Date(moment).getTime() - now) / 1000;
  if (Number.isNaN(seconds)) return "at an unknown time";
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(Math.trunc(seconds), "second");
}
