import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { shellWord } from "./shell_word.ts";
import { anyText } from "../../tests/support/random/any_text.ts";

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

Deno.test("bash reads every word back as it was", async () => {
  const words = fc.sample(anyText({ minLength: 0, maxLength: 12 }), {
    numRuns: 200,
    seed: 1,
  }).concat(["$(touch x)", "`x`", "!x", "~", "*", "a'b\\", "-n", "\u001b[2J", "é\n'", "#"])
    // Lone surrogates and NUL are in no argument of a process.
    .filter((word) => word.isWellFormed() && !word.includes("\0"));
  const { stdout, success } = await new Deno.Command("bash", {
    args: ["-c", `printf '%s\\0' ${words.map(shellWord).join(" ")}`],
    env: { LC_ALL: "C.UTF-8" },
  }).output();
  assert(success);
  assertEquals(new TextDecoder().decode(stdout).split("\0").slice(0, -1), words);
});
