import { assertEquals } from "@std/assert";
import { adviceText, commandText } from "./command_text.ts";

Deno.test("commands in a hint are called as a project calls them", () => {
  const command = ["svc", "shop", "authority", "reconcile"];
  assertEquals(
    adviceText({ hint: "try again", command }),
    "try again: deno task trellis svc shop authority reconcile",
  );
  assertEquals(adviceText({ command: ["status"] }), "deno task trellis status");
  assertEquals(adviceText({ hint: "the trellis status is known" }), "the trellis status is known");
  assertEquals(adviceText({}), undefined);
});

Deno.test("words that a shell would change are quoted", () => {
  assertEquals(
    commandText(["kv", "get", "shop", "items", "a b;c"]),
    "deno task trellis kv get shop items 'a b;c'",
  );
});
