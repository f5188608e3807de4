import { join } from "node:path";
import { assertEquals } from "@std/assert";
import { writeWhole } from "./write_whole.ts";

Deno.test("a file is written with its directory, and replaced as a whole", async () => {
  const dir = await Deno.makeTempDir({ prefix: "trellis-test-" });
  try {
    const path = join(dir, "deep", "a.txt");
    for (const text of ["first", "second"]) {
      (await writeWhole(path, text)).orThrow();
      assertEquals(await Deno.readTextFile(path), text);
    }
    const below = await writeWhole(join(path, "b.txt"), "x");
    assertEquals(below.isErr() && below.error.code, "not_written");
    assertEquals([...Deno.readDirSync(join(dir, "deep"))].map(({ name }) => name), ["a.txt"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
