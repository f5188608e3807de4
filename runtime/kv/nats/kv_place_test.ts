import { assertEquals } from "@std/assert";
import { isAhead, placeAfter, sequenceAfter } from "./kv_place.ts";

const CREATED = "2026-01-01T00:00:00.123456789Z";
const bucket = { created: CREATED, lastSequence: 9, ttlMs: 0, at: Date.parse("2026-01-02") };
const place = placeAfter({ sequence: 7, createdAt: "2026-01-01T12:00:00.000Z" }, bucket);

Deno.test("a place leads on in its bucket alone, and not beyond its end", () => {
  assertEquals(sequenceAfter(place, bucket), 7);
  assertEquals(sequenceAfter(place, { ...bucket, lastSequence: 7 }), 7);
  assertEquals(sequenceAfter(place, { ...bucket, lastSequence: 6 }), undefined);
  assertEquals(sequenceAfter(place, { ...bucket, created: "2026-01-01T00:00:01Z" }), undefined);
});

Deno.test("a place is ahead of a bucket that has not all that it once had, and of no other one", () => {
  assertEquals(isAhead(place, bucket), false);
  assertEquals(isAhead(place, { ...bucket, lastSequence: 6 }), true);
  assertEquals(isAhead(place, { created: "2026-01-01T00:00:01Z", lastSequence: 6 }), false);
  assertEquals(isAhead("none", bucket), false);
});

Deno.test("a place is too old when deletions after it may have expired", () => {
  const half = 12 * 3_600_000;
  assertEquals(sequenceAfter(place, { ...bucket, ttlMs: half + 1 }), 7);
  assertEquals(sequenceAfter(place, { ...bucket, ttlMs: half }), undefined);
});

Deno.test("what is no place leads nowhere", () => {
  for (const text of ["", "7", "7.a", `0${place}`, `${place}.1`, "-1.a.b", "7.A.b", "x"]) {
    assertEquals(sequenceAfter(text, bucket), undefined);
  }
});
