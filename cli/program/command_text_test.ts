import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { adviceText, commandText, shellWord } from "./command_text.ts";

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
  assertEquals(shellWord("it's"), "'it'\\''s'");
  assertEquals(shellWord("two\nlines"), "$'two\\nlines'");
  assertEquals(shellWord(""), "''");
});

Deno.test("bash reads every word back as it was", async () => {
  const words = fc.sample(fc.string({ unit: "binary", minLength: 0, maxLength: 12 }), {
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
