import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fullFormats } from "ajv-formats/dist/formats.js";
import { FORMAT_PATTERNS, hasFormat, samplesOf, TEXT_FORMATS } from "./formats.ts";

Deno.test("every format of texts has samples, and they have it", () => {
  for (const [format, test] of TEXT_FORMATS) {
    for (const sample of samplesOf(format)) assert(test(sample), `${format} ${sample}`);
    assert(Object.hasOwn(fullFormats, format));
  }
});

Deno.test("a text that has a format matches the pattern of the format", () => {
  const character = fc.constantFrom(..."0123456789abfFzZtT:.-+/ @uUrRnNiIdDPDYMS");
  for (const [format, pattern] of FORMAT_PATTERNS) {
    const matcher = new RegExp(pattern, "u");
    const samples = samplesOf(format);
    assert(samples.length > 0, format);
    // A change of a sample or two is where texts with and without the format lie close together.
    const edits = fc.array(fc.tuple(fc.nat(60), fc.nat(2), character), { maxLength: 3 });
    fc.assert(
      fc.property(fc.constantFrom(...samples), edits, (sample, changes) => {
        let text = sample;
        for (const [at, gone, added] of changes) {
          const place = at % (text.length + 1);
          text = text.slice(0, place) + added + text.slice(place + gone);
        }
        if (hasFormat(format, text)) assert(matcher.test(text), `${format} ${text}`);
      }),
      { numRuns: 400 },
    );
  }
});

Deno.test("an unknown format says nothing of a text", () => {
  assertEquals(hasFormat("phone", "x"), true);
  assertEquals(hasFormat("toString", "x"), true);
});
