import {
  isEmail,
  isHostname,
  isIpv4,
  isIpv6,
  isUri,
  isUriReference,
  isUriTemplate,
  isUrl,
} from "./address_formats.ts";
import {
  isDate,
  isDateTime,
  isDuration,
  isIsoDateTime,
  isIsoTime,
  isTime,
} from "./time_formats.ts";

/** Formats that take every value of their type. */
export const FREE_FORMATS: ReadonlySet<string> = new Set(["binary", "double", "float", "password"]);

/** Formats of numbers, with the bounds they set; both take integers only. */
export const INTEGER_FORMATS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["int32", [-(2 ** 31), 2 ** 31 - 1]],
  ["int64", [-Infinity, Infinity]],
]);

/** Formats that take every text of another format. */
const WIDER: ReadonlyMap<string, string> = new Map([
  ["iso-date-time", "date-time"],
  ["iso-time", "time"],
]);

const DATE = "\\d{4}-\\d{2}-\\d{2}";
const TIME = "\\d{2}:\\d{2}:\\d{2}(?:\\.\\d+)?";
const ZONE = "(?:[zZ]|[+\\-]\\d{2}(?::?\\d{2})?)";

/** Patterns that every text of a format matches, for proofs; other texts may match them as well. */
export const FORMAT_PATTERNS: ReadonlyMap<string, string> = new Map([
  ["date", `^${DATE}$`],
  ["date-time", `^${DATE}[tT\\s]${TIME}${ZONE}$`],
  ["duration", "^P[0-9YMWDTHS]+$"],
  ["hostname", "^[a-zA-Z0-9.\\-]{1,254}$"],
  ["ipv4", "^[0-9]{1,3}(?:\\.[0-9]{1,3}){3}$"],
  ["ipv6", "^[0-9a-fA-F:.]{2,45}$"],
  ["iso-date-time", `^${DATE}[tT\\s]${TIME}${ZONE}?$`],
  ["iso-time", `^${TIME}${ZONE}?$`],
  ["time", `^${TIME}${ZONE}$`],
  [
    "uuid",
    "^(?:[uU][rR][nN]:[uU][uU][iI][dD]:)?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
  ],
]);

/** Longest text of URIs, pointers, templates and regular expressions, in UTF-16 code units. */
const LONGEST = 10_000;

interface TextFormat {
  readonly test: (text: string) => boolean;
  /** Longest text in UTF-16 code units. No text is longer, but for fractions that no clock has. */
  readonly longest: number;
  /** Short texts that have it. */
  readonly samples: readonly string[];
}

const POINTER = "(?:/(?:[^~]|~[01])*)?";
const FRAGMENT_POINTER = "(?:/(?:[a-z0-9\\-._!$&'()*+,;=:@/]|%[0-9a-f]{2}|~[01])*)?";
const HEX = "[0-9a-f]";

/**
 * Formats of texts. They take exactly what `ajv-formats` takes, which checked the values that are
 * stored already; where that is not what the standard says, a comment tells.
 */
const TEXTS: Readonly<Record<string, TextFormat>> = {
  date: { test: isDate, longest: 10, samples: ["2026-01-31"] },
  time: { test: isTime, longest: 100, samples: ["12:00:00Z"] },
  "date-time": { test: isDateTime, longest: 100, samples: ["2026-01-31T12:00:00Z"] },
  "iso-time": { test: isIsoTime, longest: 100, samples: ["12:00:00"] },
  "iso-date-time": { test: isIsoDateTime, longest: 100, samples: ["2026-01-31T12:00:00"] },
  duration: { test: isDuration, longest: 200, samples: ["P1D"] },
  uri: { test: isUri, longest: LONGEST, samples: ["https://example.com/a"] },
  "uri-reference": { test: isUriReference, longest: LONGEST, samples: ["/a"] },
  "uri-template": { test: isUriTemplate, longest: LONGEST, samples: ["/{a}"] },
  url: { test: isUrl, longest: LONGEST, samples: ["https://example.com/a"] },
  email: { test: isEmail, longest: 1000, samples: ["a@example.com"] },
  hostname: { test: isHostname, longest: 254, samples: ["example.com"] },
  ipv4: { test: (text) => isIpv4(text), longest: 15, samples: ["192.0.2.1"] },
  ipv6: { test: (text) => isIpv6(text), longest: 45, samples: ["2001:db8::1"] },
  regex: { test: isExpression, longest: LONGEST, samples: ["^a$", "a"] },
  // RFC 4122, section 3, with or without `urn:uuid:`, of any version and variant.
  uuid: {
    test: fits(`(?:urn:uuid:)?${HEX}{8}(?:-${HEX}{4}){3}-${HEX}{12}`, "i"),
    longest: 45,
    samples: ["01234567-89ab-4cde-8f01-23456789abcd"],
  },
  // RFC 6901, sections 3 and 6.
  "json-pointer": { test: fits(POINTER), longest: LONGEST, samples: ["/a"] },
  "json-pointer-uri-fragment": {
    test: fits(`#${FRAGMENT_POINTER}`, "i"),
    longest: LONGEST,
    samples: ["#/a"],
  },
  // draft-bhutton-relative-json-pointer-00, without its `+1` and `-1`.
  "relative-json-pointer": {
    test: fits(`(?:0|[1-9][0-9]*)(?:#|${POINTER})`),
    longest: LONGEST,
    samples: ["0/a"],
  },
  byte: { test: isBase64, longest: Infinity, samples: ["YQ=="] },
};

/** The test of a pattern for all of a text. */
function fits(pattern: string, flags = ""): (text: string) => boolean {
  const whole = new RegExp(`^(?:${pattern})$`, flags);
  return (text) => whole.test(text);
}

/** Base64 of RFC 4648, section 4. One line of it is enough, be it empty: stored values may be so. */
function isBase64(text: string): boolean {
  for (const [line] of text.matchAll(/^[a-z0-9+/]*={0,2}$/gim)) {
    if (line.length % 4 === 0) return true;
  }
  return false;
}

/** An expression of ECMAScript without flags; `\Z` ends one in other languages. */
function isExpression(text: string): boolean {
  if (/[^\\]\\Z/.test(text)) return false;
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** Names of the formats that the validator checks; others say nothing to it. */
export const FORMAT_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(TEXTS),
  ...INTEGER_FORMATS.keys(),
  ...FREE_FORMATS,
]);

/** Formats of texts, with the test of each. */
export const TEXT_FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map(
  Object.entries(TEXTS).map(([name, { test, longest }]) => [
    name,
    (text: string) => text.length <= longest && test(text),
  ]),
);

/** Some texts of a format; none when it is unknown. */
export function samplesOf(format: string): readonly string[] {
  return Object.hasOwn(TEXTS, format) ? TEXTS[format]?.samples ?? [] : [];
}

/** True when every text of the one format is a text of the other. */
export function isWithinFormat(narrow: string, wide: string): boolean {
  return narrow === wide || WIDER.get(wide) === narrow;
}

/** Whether a text has a format, as the validator sees it; every text has one that it does not know. */
export function hasFormat(format: string, text: string): boolean {
  return TEXT_FORMATS.get(format)?.(text) ?? true;
}

/** Whether a number has a format; every number has one that is not a format of integers. */
export function hasNumberFormat(format: string, value: number): boolean {
  const bounds = INTEGER_FORMATS.get(format);
  if (bounds === undefined) return true;
  return Number.isInteger(value) && value >= bounds[0] && value <= bounds[1];
}
