import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { fullFormats } from "ajv-formats/dist/formats.js";
import { isCommonDateTime } from "./date_time.ts";
import { validatorOf } from "./validator.ts";

const general = fullFormats["date-time"];
const validator = validatorOf({ type: "string", format: "date-time" });

function isDateTime(text: string): boolean {
  assert(typeof general === "object" && "validate" in general);
  assert(typeof general.validate === "function");
  return Reflect.apply(general.validate, undefined, [text]) === true;
}

const digits = fc.constantFrom(..."0123456789", ":", "Z", "T", ".", "-", " ", "a");
const near = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
  .map((date) => date.toISOString());
const broken = fc.tuple(near, fc.nat(23), digits)
  .map(([text, at, char]) => text.slice(0, at) + char + text.slice(at + 1));

Deno.test("what is taken for the common form is a date-time by the general check too", () => {
  fc.assert(
    fc.property(fc.oneof(near, broken, fc.string()), (text) => {
      if (isCommonDateTime(text)) assert(isDateTime(text), text);
      assertEquals(validator.check(text), isDateTime(text), text);
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("what JavaScript writes is the common form, apart from the last days of a month", () => {
  assert(isCommonDateTime("2026-01-28T23:59:59.123Z"));
  assert(isCommonDateTime("2026-12-01T00:00:00Z"));
  assertFalse(isCommonDateTime("2026-01-31T00:00:00Z"));
  assert(validator.check("2026-01-31T00:00:00Z"));
  assertFalse(validator.check("2026-02-30T00:00:00Z"));
  assertFalse(validator.check("2026-01-28T24:00:00Z"));
  assert(validator.check("2026-01-28T23:59:59+02:00"));
});
