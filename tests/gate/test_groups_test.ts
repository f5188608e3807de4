import { assertEquals } from "@std/assert";
import { testGroups } from "./test_groups.ts";

Deno.test("every file is in one group: that of the longest path that it begins with, or of its folder", () => {
  const files = ["b/x/1.ts", "a/1.ts", "b/2.ts", "b/x/3.ts", "e/f/5.ts", "c/4.ts", "a/0.ts"];
  assertEquals(testGroups(files, [["b/", "e/f"], ["d/"], ["b/x/"]]), [
    { name: "b/ e/f", files: ["b/2.ts", "e/f/5.ts"] },
    { name: "b/x/", files: ["b/x/1.ts", "b/x/3.ts"] },
    { name: "a/", files: ["a/0.ts", "a/1.ts"] },
    { name: "c/", files: ["c/4.ts"] },
  ]);
});
