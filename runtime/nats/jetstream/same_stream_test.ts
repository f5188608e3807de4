import { assertEquals } from "@std/assert";
import { isSameStream } from "./same_stream.ts";

Deno.test("what was made before a stream was seen is that stream, unless it was put back", () => {
  const seen = { made: 100_000, at: 500_000 };
  const same = (made: number) => isSameStream(seen, made);
  assertEquals([100_000, 499_999, 99_900].map(same), [true, true, true]);
  // Made since.
  assertEquals([500_000, 900_000].map(same), [false, false]);
  // Of a time before.
  assertEquals(same(40_000), false);
  // Where it is not known when it was seen, the very same.
  const unknown = { ...seen, at: NaN };
  assertEquals([100_000, 99_999, 100_001].map((made) => isSameStream(unknown, made)), [
    true,
    false,
    false,
  ]);
});
