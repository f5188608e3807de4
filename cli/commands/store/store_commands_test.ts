import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { operandsOf } from "../../command_line/route.ts";
import { parseCommandLine } from "../../command_line/parse_command_line.ts";
import { candidates } from "../../completion/candidates.ts";
import { storeAliases } from "../../completion/look_ups.ts";
import { COMMANDS } from "../commands.ts";
import { storeKeys } from "./store_keys.ts";

const PUT = ["store", "put", "documents", "uploads", "a.pdf", "-"];

function valuesOf(argv: readonly string[]) {
  const parsed = parseCommandLine(argv, COMMANDS);
  assert(parsed.kind === "command", JSON.stringify(parsed));
  return parsed.values;
}

Deno.test("metadata is given any number of times, and values may hold equals signs", () => {
  assertEquals(valuesOf([...PUT, "--metadata", "by=ada", "--metadata=note=x=y"]), {
    service: "documents",
    alias: "uploads",
    key: "a.pdf",
    from: "-",
    contentType: undefined,
    metadata: [["by", "ada"], ["note", "x=y"]],
    create: false,
  });
  assertEquals(valuesOf(PUT).metadata, []);
});

Deno.test("metadata without a name or a value is refused", () => {
  for (const given of [["--metadata", "by"], ["--metadata", "=ada"], ["--metadata"]]) {
    const parsed = parseCommandLine([...PUT, ...given], COMMANDS);
    assert(parsed.kind === "usage_error");
    assertStringIncludes(parsed.message, "--metadata");
  }
});

Deno.test("keys to remove are one or more, and the key of info may be left out", () => {
  const rm = ["store", "rm", "documents", "uploads"];
  assertEquals(parseCommandLine(rm, COMMANDS).kind, "usage_error");
  const { key, more } = valuesOf([...rm, "a", "b"]);
  assertEquals([key, more], ["a", ["b"]]);
  assertEquals(valuesOf(["store", "info", "documents", "uploads"]).key, undefined);
});

Deno.test("completion looks for stores and their keys, not for those of KV resources", () => {
  const store = COMMANDS.commands.filter(({ path }) => path[0] === "store");
  assertEquals(store.length, 5);
  for (const command of store) {
    const places = new Map(operandsOf(command).map(({ name, type }) => [name, type.suggested]));
    assertEquals(places.get("alias"), { kind: "looked_up", lookUp: storeAliases });
    for (const name of ["key", "more"]) {
      assertEquals(places.get(name) ?? { kind: "looked_up", lookUp: storeKeys }, {
        kind: "looked_up",
        lookUp: storeKeys,
      });
    }
  }
});

Deno.test("completion leaves files to the shell, and offers metadata again", async () => {
  const offered = async (...words: string[]) => {
    const found = await candidates(words, COMMANDS, { localPort: 0 });
    return found.map((candidate) => candidate.kind === "text" ? candidate.text : candidate.type);
  };
  assertEquals(await offered(...PUT.slice(0, -1), ""), ["file"]);
  assertEquals(await offered(...PUT, "--metadata", "a=b", "--create", "--m"), ["--metadata"]);
  assertEquals(await offered(...PUT, "--metadata", "a=b", "--create", "--cr"), []);
});
