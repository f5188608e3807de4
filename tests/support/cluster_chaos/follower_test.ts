import { assertEquals } from "@std/assert";
import { disordered } from "./follower.ts";

Deno.test("what one caller has made comes in its order, whatever others have made between", () => {
  assertEquals(disordered(["x-0-1", "x-1-1", "x-1-2", "x-0-2", "x-0-10"]), []);
  assertEquals(disordered(["x-0-1", "x-0-3", "x-1-1", "x-0-2", "x-0-4"]), ["x-0-2"]);
  assertEquals(disordered(["x-0-2", "x-0-2"]), ["x-0-2"]);
});
