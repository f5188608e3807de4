import { assertEquals } from "@std/assert";
import configuration from "../deno.json" with { type: "json" };

Deno.test("every public symbol has a word of documentation", async () => {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...Object.values(configuration.exports)],
    cwd: new URL("../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  const missing = [...text.matchAll(/error\[missing-jsdoc\][^\n]*\n\s*--> (\S+)/g)];
  assertEquals(missing.map(([, place]) => place), []);
});
