import { assertEquals } from "@std/assert";
import { bytes } from "./bytes.ts";
import { duration } from "./duration.ts";
import { relativeTime } from "./relative_time.ts";

const cases = <T>(
  read: (value: T) => string,
  expected: readonly (readonly [T, string])[],
): void => {
  for (const [value, text] of expected) assertEquals(read(value), text);
};

Deno.test("durations use the two largest units and never round up to a full one", () => {
  cases(duration, [
    [0, "0 ms"],
    [0.42, "0.4 ms"],
    [850.4, "850 ms"],
    [999.6, "1 s"],
    [3_210, "3.2 s"],
    [59_949, "59.9 s"],
    [59_960, "1 min"],
    [65_000, "1 min 5 s"],
    [3_599_700, "1 h"],
    [7_500_000, "2 h 5 min"],
    [187_200_000, "2 d 4 h"],
    [-1_500, "-1.5 s"],
    [NaN, "unknown"],
  ]);
});

Deno.test("bytes are written in powers of 1024", () => {
  cases(bytes, [
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [64 * 1024 ** 2, "64 MiB"],
    [1024 ** 3 - 1, "1 GiB"],
    [-2048, "-2 KiB"],
    [Infinity, "unknown"],
  ]);
});

Deno.test("moments are given relative to now, past and future", () => {
  const now = Date.UTC(2025, 5, 15, 12);
  cases((moment: number | string) => relativeTime(moment, now), [
    [now, "now"],
    [now - 3 * 60_000, "3 minutes ago"],
    [now + 2 * 3_600_000, "in 2 hours"],
    [now - 86_400_000, "yesterday"],
    ["2025-03-15T12:00:00Z", "3 months ago"],
    ["never", "at an unknown time"],
  ]);
});
