import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import {
  isEmail,
  isHostname,
  isUri,
  isUriReference,
  isUriTemplate,
  isUrl,
} from "./address_formats.ts";
import { FORMAT_PATTERNS, hasFormat, samplesOf, TEXT_FORMATS } from "./formats.ts";
import { runsOf } from "../../tests/support/random/runs.ts";

Deno.test("every format of texts has samples, and they have it", () => {
  for (const [format, test] of TEXT_FORMATS) {
    assert(samplesOf(format).length > 0, format);
    for (const sample of samplesOf(format)) assert(test(sample), `${format} ${sample}`);
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
      { numRuns: runsOf(400) },
    );
  }
});

Deno.test("an unknown format says nothing of a text", () => {
  assertEquals(hasFormat("phone", "x"), true);
  assertEquals(hasFormat("toString", "x"), true);
});

Deno.test("long texts take linear time", () => {
  // Quadratic time would be minutes.
  const long = (text: string) => text.repeat(300_000 / text.length);
  for (const user of ["a@", "@a.bc/", "@1.2.3.4/", "@a.bc:80", "a:", "a.", "a-", "1"]) {
    assertFalse(isUrl(`http://${long(user)} `), user);
    assertFalse(isEmail(`a@${long(user)}!`), user);
  }
  for (const part of ["a", "a:", "a@", "/", "/?", "%41", "a/"]) {
    assertFalse(isUri(`http://${long(part)}[`), part);
    assertFalse(isUriReference(`${long(part)}[`), part);
  }
  assertFalse(isEmail(`${long("a.")}!`));
  assertFalse(isHostname(long("a-")));
  assertFalse(isUriTemplate(`{a${long(",a")}!`));
  assertFalse(isUriTemplate(`${long("{a}")}{`));
});
