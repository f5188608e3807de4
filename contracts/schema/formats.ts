import { fullFormats } from "ajv-formats/dist/formats.js";

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
const MAX_TEXT = 500;

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

/** Whether a text has a format, as the validator sees it; undefined when that is too costly. */
export function hasFormat(format: string, text: string): boolean | undefined {
  if (INTEGER_FORMATS.has(format) || FREE_FORMATS.has(format)) return true;
  const definition = Object.entries(fullFormats).find(([name]) => name === format)?.[1];
  if (definition === undefined) return true;
  if (text.length > MAX_TEXT) return undefined;
  const test: unknown = typeof definition === "object" && "validate" in definition
    ? definition.validate
    : definition;
  if (test instanceof RegExp) return test.test(text);
  if (typeof test === "function") return Reflect.apply(test, undefined, [text]) === true;
  return undefined;
}
