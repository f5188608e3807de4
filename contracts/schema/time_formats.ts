/** Days of each month; February has one more in leap years. */
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** The minute of a day, in UTC, that a leap second may end. */
const LAST_MINUTE = 24 * 60 - 1;

/** `full-date` of RFC 3339, section 5.6: 2026-01-31. */
export function isDate(text: string): boolean {
  return text.length === 10 && startsWithDate(text);
}

/**
 * `full-time` of RFC 3339: 23:59:59.5+02:00. The offset may have no colon, or no minutes, as ISO 8601
 * allows.
 */
export function isTime(text: string): boolean {
  return isTimeFrom(text, 0, true);
}

/** A time that may have no offset. */
export function isIsoTime(text: string): boolean {
  return isTimeFrom(text, 0, false);
}

/** `date-time` of RFC 3339; any white space may stand for the T. */
export function isDateTime(text: string): boolean {
  return startsWithDate(text) && isSeparator(text[10]) && isTimeFrom(text, 11, true);
}

/** A date and a time that may have no offset. */
export function isIsoDateTime(text: string): boolean {
  return startsWithDate(text) && isSeparator(text[10]) && isTimeFrom(text, 11, false);
}

/** `duration` of RFC 3339, appendix A, where also the units in between may be left out. */
export function isDuration(text: string): boolean {
  return DURATION.test(text);
}

const amounts = (units: string) => [...units].map((unit) => `(?:\\d+${unit})?`).join("");
const DURATION = new RegExp(
  `^P(?=[\\dT])(?:${amounts("YMD")}(?:T(?=\\d)${amounts("HMS")})?|\\d+W)$`,
);

function startsWithDate(text: string): boolean {
  if (text[4] !== "-" || text[7] !== "-") return false;
  const century = twoDigits(text, 0);
  const ofCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (century < 0 || ofCentury < 0 || month < 1 || day < 1) return false;
  if (month === 2 && day === 29) return isLeapYear(century * 100 + ofCentury);
  return day <= (DAYS[month - 1] ?? 0);
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function isSeparator(text: string | undefined): boolean {
  return text === "T" || text === "t" || (text !== undefined && /\s/.test(text));
}

/** True when a time begins there and ends with the text. */
function isTimeFrom(text: string, start: number, needsOffset: boolean): boolean {
  const hour = twoDigits(text, start);
  const minute = twoDigits(text, start + 3);
  const second = twoDigits(text, start + 6);
  if (hour < 0 || minute < 0 || second < 0) return false;
  if (text[start + 2] !== ":" || text[start + 5] !== ":") return false;
  let end = start + 8;
  if (text[end] === ".") {
    do end++; while (digit(text, end) >= 0);
    if (end === start + 9) return false;
  }
  const offset = offsetFrom(text, end);
  if (offset === undefined || (needsOffset && end === text.length)) return false;
  // As a number: with enough nines behind it, 59 is 60.
  const seconds = second < 59 ? second : Number(text.slice(start + 6, end));
  if (hour <= 23 && minute <= 59 && seconds < 60) return true;
  return seconds < 61 && isLastMinute(hour, minute, offset);
}

/**
 * Whether a leap second may end this minute (RFC 3339, section 5.7). An hour or a minute too many is
 * let through where the offset takes it away again: 24:59:00+01:00. Stored values may be so.
 */
function isLastMinute(hour: number, minute: number, { hours, minutes }: Offset): boolean {
  const utc = (hour - hours) * 60 + minute - minutes;
  return minute - minutes < 60 && (utc === LAST_MINUTE || utc === -1);
}

/** How far a time is ahead of UTC; both are negative when it is behind. */
interface Offset {
  readonly hours: number;
  readonly minutes: number;
}

const UTC: Offset = { hours: 0, minutes: 0 };

/** The offset that ends the text; UTC where nothing is left of it, undefined for anything else. */
function offsetFrom(text: string, start: number): Offset | undefined {
  const rest = text.length - start;
  const first = text[start];
  if (rest === 0 || (rest === 1 && (first === "Z" || first === "z"))) return UTC;
  if (first !== "+" && first !== "-") return undefined;
  const hasColon = text[start + 3] === ":";
  const hasMinutes = rest > 3;
  if (rest !== (hasColon ? 6 : hasMinutes ? 5 : 3)) return undefined;
  const hours = twoDigits(text, start + 1);
  const minutes = hasMinutes ? twoDigits(text, start + (hasColon ? 4 : 3)) : 0;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  const sign = first === "-" ? -1 : 1;
  return { hours: hours * sign, minutes: minutes * sign };
}

function twoDigits(text: string, at: number): number {
  const tens = digit(text, at);
  const ones = digit(text, at + 1);
  return tens < 0 || ones < 0 ? -1 : tens * 10 + ones;
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : -1;
}
