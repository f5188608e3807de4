const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Milliseconds for a person, in at most two units: `850 ms`, `3.2 s`, `1 min 5 s`, `2 d 4 h`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return "unknown";
  if (ms < 0) return `-${duration(-ms)}`;
  // Each bound is where rounding would reach the next unit: "60.0 s" and "1000 ms" never show.
  if (Math.round(ms) < SECOND) return `${ms > 0 && ms < 10 ? trim(ms) : Math.round(ms)} ms`;
  if (ms < MINUTE - 50) return `${trim(ms / SECOND)} s`;
  if (ms < HOUR - SECOND / 2) return pair(ms, MINUTE, "min", SECOND, "s");
  if (ms < DAY - MINUTE / 2) return pair(ms, HOUR, "h", MINUTE, "min");
  return pair(ms, DAY, "d", HOUR, "h");
}

function trim(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}

function pair(ms: number, big: number, bigName: string, small: number, smallName: string): string {
  const smalls = Math.round(ms / small);
  const perBig = big / small;
  const rest = smalls % perBig;
  return `${Math.floor(smalls / perBig)} ${bigName}${rest > 0 ? ` ${rest} ${smallName}` : ""}`;
}
