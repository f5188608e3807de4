import { fullFormats } from "ajv-formats/dist/formats.js";
import { isCommonDateTime } from "./date_time.ts";

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

/** One text of each format, where there is a short one. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  byte: ["YQ=="],
  date: ["2026-01-31"],
  "date-time": ["2026-01-31T12:00:00Z"],
  duration: ["P1D"],
  email: ["a@example.com"],
  hostname: ["example.com"],
  ipv4: ["192.0.2.1"],
  ipv6: ["2001:db8::1"],
  "iso-date-time": ["2026-01-31T12:00:00"],
  "iso-time": ["12:00:00"],
  "json-pointer": ["/a"],
  "json-pointer-uri-fragment": ["#/a"],
  regex: ["^a$", "a"],
  "relative-json-pointer": ["0/a"],
  time: ["12:00:00Z"],
  uri: ["https://example.com/a"],
  "uri-reference": ["/a"],
  "uri-template": ["/{a}"],
  url: ["https://example.com/a"],
  uuid: ["01234567-89ab-4cde-8f01-23456789abcd"],
};

/**
 * Longest text of each format, in UTF-16 code units: the tests of long texts would take seconds. None
 * of these formats has longer texts, but for more digits of a second than any clock has.
 */
const LONGEST: Readonly<Record<string, number>> = {
  byte: Infinity,
  date: 10,
  "date-time": 100,
  duration: 200,
  email: 1000,
  hostname: 254,
  ipv4: 15,
  ipv6: 45,
  "iso-date-time": 100,
  "iso-time": 100,
  time: 100,
  uuid: 45,
};
/** Longest text of the others: of URIs, pointers, templates and regular expressions. */
const LONGEST_OTHER = 10_000;

/** True for formats that the validator checks; others say nothing to it. */
export function isKnownFormat(format: string): boolean {
  return Object.hasOwn(fullFormats, format);
}

/** Some texts of a format; none when it is unknown. */
export function samplesOf(format: string): readonly string[] {
  return Object.hasOwn(SAMPLES, format) ? SAMPLES[format] ?? [] : [];
}

/** True when every text of the one format is a text of the other. */
export function isWithinFormat(narrow: string, wide: string): boolean {
  return narrow === wide || WIDER.get(wide) === narrow;
}

/** Formats of texts, with the test of each. */
export const TEXT_FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map(
  Object.keys(fullFormats).filter((name) => !INTEGER_FORMATS.has(name) && !FREE_FORMATS.has(name))
    .map((name) => [name, textTest(name)]),
);

/** Whether a text has a format, as the validator sees it; every text has one that it does not know. */
export function hasFormat(format: string, text: string): boolean {
  return TEXT_FORMATS.get(format)?.(text) ?? true;
}

function textTest(name: string): (text: string) => boolean {
  const definition: unknown = Object.entries(fullFormats).find(([known]) => known === name)?.[1];
  const test: unknown = typeof definition === "object" && definition !== null &&
      "validate" in definition
    ? definition.validate
    : definition;
  const longest = Object.hasOwn(LONGEST, name) ? LONGEST[name] ?? 0 : LONGEST_OTHER;
  const isCommon = name === "date-time" ? isCommonDateTime : () => false;
  return (text) => {
    if (text.length > longest) return false;
    if (isCommon(text)) return true;
    if (test instanceof RegExp) return test.test(text);
    return typeof test === "function" && Reflect.apply(test, undefined, [text]) === true;
  };
}
