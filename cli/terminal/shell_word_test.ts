import { assertEquals } from "@std/assert";
import { shellWord } from "./shell_word.ts";

const WORDS = [
  "plain-word_1.ts",
  "my dir",
  "it's",
  "a$HOME",
  "x;y",
  "`ls`",
  "a\\b",
  '"',
  "",
  "*",
  "é",
];

Deno.test("a plain word is not quoted", () => {
  assertEquals(shellWord("../my-orders/a_b.ts"), "../my-orders/a_b.ts");
});

Deno.test({
  name: "a shell reads every word as it was",
  ignore: Deno.build.os === "windows",
  async fn() {
    const args = ["-c", `printf '%s\\n' ${WORDS.map(shellWord).join(" ")}`];
    const { stdout } = await new Deno.Command("sh", { args }).output();
    assertEquals(new TextDecoder().decode(stdout), WORDS.map((word) => `${word}\n`).join(""));
  },
});
