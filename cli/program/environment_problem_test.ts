import { assertEquals } from "@std/assert";
import { environmentProblem } from "./environment_problem.ts";

Deno.test("errors of files and permissions are problems of the machine, others are bugs", async () => {
  const denied = new Deno.errors.NotCapable("Requires write access");
  assertEquals(environmentProblem(denied)?.code, "not_permitted");
  const file = await Deno.makeTempFile();
  try {
    const thrown = await Deno.mkdir(`${file}/below`).catch((error) => error);
    assertEquals(environmentProblem(thrown)?.code, "not_usable");
  } finally {
    await Deno.remove(file);
  }
  assertEquals(environmentProblem(new TypeError("x is undefined")), undefined);
  assertEquals(environmentProblem("text"), undefined);
});
