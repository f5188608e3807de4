import { assert, assertEquals } from "@std/assert";
import { lookOf } from "./look_of.ts";
import { readUserName } from "./user_name.ts";

Deno.test("names of two scripts that look like one have one look, and others have their own", () => {
  for (
    const [one, other] of [
      ["copa", "сора"],
      ["ivo", "ινο"],
      ["paul", "pau1"],
      ["bob0", "bobo"],
      ["ara", "ära"],
      ["ǎpa", "ӑра"],
      ["ロー", "口一"],
      ["ali", "alı"],
    ] as const
  ) {
    for (const name of [one, other]) assertEquals(readUserName(name).isOk(), true, name);
    assertEquals(lookOf(one) === lookOf(other), other !== "ära", other);
  }
  assertEquals(lookOf("ada"), "ada");
  assert(lookOf("мария") !== lookOf("mapия"));
});
