import { assertEquals } from "@std/assert";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { seedsIn } from "./seed_folder.ts";

Deno.test("a file of seeds has one a line, each once; what is none is named by its line", () => {
  const [one, two] = [KeyPair.generate("user").seed, KeyPair.generate("user").seed];
  assertEquals(seedsIn(""), []);
  assertEquals(seedsIn(`${one}\n${two}\n`), [one, two]);
  assertEquals(seedsIn(`\n  ${one}\r\n\n`), [one]);
  // Two instances with one key would end each other's sessions.
  assertEquals(seedsIn(`${one}\n${one}`), { wrong: 2, isRepeated: true });
  assertEquals(seedsIn(`${one}\n\n${one.slice(1)}`), { wrong: 3, isRepeated: false });
  assertEquals(seedsIn(KeyPair.generate("account").seed), { wrong: 1, isRepeated: false });
});
