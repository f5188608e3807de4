import { assertEquals } from "@std/assert";
import { isAhead, placeAfter, sequenceAfter } from "./kv_place.ts";

const CREATED = "2026-01-01T00:00:00.123456789Z";
const bucket = { created: CREATED, lastSequence: 9, ttlMs: 0, at: Date.parse("2026-01-02") };
const place = placeAfter({ sequence: 7, createdAt: "2026-01-01T12:00:00.000Z" }, bucket);
/** Made after what the place names was written. */
const again = "2026-01-01T12:00:00.001Z";

function after(text: string, info: typeof bucket): number | string {
  const sequence = sequenceAfter(text, info);
  return sequence.isOk() ? sequence.value : sequence.error;
}

Deno.test("a place leads on in its bucket alone, and not beyond its end", () => {
  assertEquals(after(place, bucket), 7);
  assertEquals(after(place, { ...bucket, lastSequence: 7 }), 7);
  assertEquals(
    after(place, { ...bucket, lastSequence: 6 }),
    "the bucket has had 6 changes, and the cursor is after 7",
  );
  assertEquals(
    after(place, { ...bucket, created: again }),
    `the bucket is another one, made at ${again}`,
  );
});

Deno.test("a place leads on in its bucket, whichever server says when it was made", () => {
  // It was asked for again.
  assertEquals(after(place, { ...bucket, created: "2026-01-01T00:00:00.200Z" }), 7);
  const later = { ...bucket, created: "2026-01-01T00:00:00.200Z" };
  const known = placeAfter({ sequence: 7, createdAt: "2026-01-01T12:00:00.000Z" }, later);
  assertEquals(after(known, bucket), 7);
});

Deno.test("a place is ahead of a bucket that has not all that it once had, and of no other one", () => {
  assertEquals(isAhead(place, bucket), false);
  assertEquals(isAhead(place, { ...bucket, lastSequence: 6 }), true);
  assertEquals(isAhead(place, { created: again, lastSequence: 6 }), false);
  assertEquals(isAhead("none", bucket), false);
});

Deno.test("a place is too old when deletions after it may have expired", () => {
  const half = 12 * 3_600_000;
  assertEquals(after(place, { ...bucket, ttlMs: half + 1 }), 7);
  assertEquals(
    after(place, { ...bucket, ttlMs: half }),
    "deletions since the cursor may have expired",
  );
});

Deno.test("what is no place leads nowhere", () => {
  for (const text of ["", "7", "7.a", `0${place}`, `${place}.1`, "-1.a.b", "7.A.b", "x"]) {
    assertEquals(after(text, bucket), "the cursor is none of a bucket");
  }
});
