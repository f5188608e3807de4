import { assertEquals } from "@std/assert";
import { placedIn } from "./placed_failure.ts";

Deno.test("a failure names files of the project from its folder, and others as they are", () => {
  const shown = (message: string) => placedIn("/srv/a b", { message, hint: "-" });
  assertEquals(
    shown("at file:///srv/a%20b/handlers/shop.ts:8:39, /srv/a b/main.ts and (/srv/a b/x.ts)"),
    { message: "at handlers/shop.ts:8:39, main.ts and (x.ts)", hint: "-" },
  );
  const elsewhere = "at file:///srv/a%20bc/shop.ts:1:1 and /old/srv/a b/main.ts";
  assertEquals(shown(elsewhere).message, elsewhere);
});
