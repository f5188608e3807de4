import { assertEquals } from "@std/assert";
import { movedReference } from "./moved_configuration.ts";

const MOVED = { from: "/work/repo", to: "/work/repo/.trellis/revision-1" };

Deno.test("what a configuration names outside the repository is found from the copy", () => {
  const folder = `${MOVED.to}/app`;
  assertEquals(movedReference("../../trellis", folder, MOVED), "../../../../trellis");
  assertEquals(movedReference("../../../lib/mod.ts", folder, MOVED), "../../../../../lib/mod.ts");
});

Deno.test("what it names inside the repository is that of the copy", () => {
  const folder = `${MOVED.to}/app`;
  for (
    const entry of ["./", "../shared/mod.ts", "..", "jsr:@std/assert", "/abs/x.ts", "npm:ulid"]
  ) {
    assertEquals(movedReference(entry, folder, MOVED), entry);
  }
});
