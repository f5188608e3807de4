import { assertEquals } from "@std/assert";
import { SERVER_FEATURES, serverHas } from "./server_features.ts";

Deno.test("a server has what its version has, and one without a version nothing", () => {
  const has = (
    version: string | undefined,
  ) => [serverHas(version, "batchedReads"), serverHas(version, "outbox")];
  assertEquals(has("2.10.27"), [false, false]);
  assertEquals(has("2.11.0"), [true, false]);
  assertEquals(has("2.12.0"), [true, true]);
  assertEquals(has("2.12.0-RC.1"), [true, false]);
  assertEquals([has(undefined), has("latest")], [[false, false], [false, false]]);
});

Deno.test("the page about versions says what is checked", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/versions.md", import.meta.url));
  const rows = page.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const features = Object.values(SERVER_FEATURES);
  assertEquals(rows, features.map(({ what, since, older }) => [what, since, older]));
});
