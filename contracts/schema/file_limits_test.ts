import { assertEquals } from "@std/assert";
import { declaredLimit, largestFile } from "./file_limits.ts";

Deno.test("the smallest of all limits is that of a file, and zero is none", () => {
  assertEquals(largestFile({}), undefined);
  assertEquals(largestFile({ maxObjectBytes: 0, maxTotalBytes: 0 }), undefined);
  assertEquals(largestFile({ maxObjectBytes: 5 }), 5);
  assertEquals(largestFile({ maxTotalBytes: 7 }), 7);
  assertEquals(largestFile({ maxObjectBytes: 5, maxTotalBytes: 7 }), 5);
  assertEquals(largestFile({ maxObjectBytes: 9, maxTotalBytes: 7 }), 7);
  assertEquals(declaredLimit({ maxBytes: 3 }, { maxObjectBytes: 5 }), 3);
  assertEquals(declaredLimit({}, {}), undefined);
});
