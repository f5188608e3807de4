import { assertEquals } from "@std/assert";
import { callable } from "./command_name.ts";

Deno.test("commands in a hint are called as a project calls them", () => {
  assertEquals(
    callable("try again: trellis svc shop authority reconcile"),
    "try again: deno task trellis svc shop authority reconcile",
  );
  assertEquals(
    callable("`trellis contract build` writes it; see trellis status"),
    "`deno task trellis contract build` writes it; see deno task trellis status",
  );
});

Deno.test("what is no command, or is callable already, stays", () => {
  for (const text of ["deno task trellis status", "the trellis process", ".trellis contract"]) {
    assertEquals(callable(text), text);
  }
});
