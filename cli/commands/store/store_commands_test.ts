import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { candidates } from "../../completion/candidates.ts";
import { parseCommandLine } from "../../command_line/parse_command_line.ts";

const PUT = ["store", "put", "documents", "uploads", "a.pdf", "-"];

Deno.test("metadata is given any number of times, and values may hold equals signs", () => {
  const parsed = parseCommandLine([...PUT, "--metadata", "by=ada", "--metadata=note=x=y"]);
  assert(parsed.kind === "command" && parsed.command.kind === "store_put");
  const { kind: _, ...command } = parsed.command;
  assertEquals(command, {
    service: "documents",
    alias: "uploads",
    key: "a.pdf",
    from: "-",
    contentType: "application/octet-stream",
    metadata: [["by", "ada"], ["note", "x=y"]],
    create: false,
  });
  const without = parseCommandLine(PUT);
  assert(without.kind === "command" && without.command.kind === "store_put");
  assertEquals(without.command.metadata, []);
});

Deno.test("metadata without a name or a value is refused", () => {
  for (const given of [["--metadata", "by"], ["--metadata", "=ada"], ["--metadata"]]) {
    const parsed = parseCommandLine([...PUT, ...given]);
    assert(parsed.kind === "usage_error");
    assertStringIncludes(parsed.message, "--metadata");
  }
});

Deno.test("keys to remove are one or more, and the key of info may be left out", () => {
  const rm = ["store", "rm", "documents", "uploads"];
  assertEquals(parseCommandLine(rm).kind, "usage_error");
  const removing = parseCommandLine([...rm, "a", "b"]);
  assert(removing.kind === "command" && removing.command.kind === "store_rm");
  assertEquals(removing.command.keys, ["a", "b"]);
  const info = parseCommandLine(["store", "info", "documents", "uploads"]);
  assert(info.kind === "command" && info.command.kind === "store_info");
  assertEquals(info.command.key, undefined);
});

Deno.test("completion asks for stores, not for KV resources, and offers metadata again", async () => {
  const asked: unknown[] = [];
  const offered = async (...words: string[]) => {
    const found = await candidates(words, ({ what, given }) => {
      asked.push([what, given]);
      return Promise.resolve(["in/a.pdf"]);
    });
    return found.map((one) => one.kind === "text" ? one.text : one.type);
  };
  await offered("store", "ls", "documents", "");
  assertEquals(await offered("store", "rm", "documents", "uploads", "x", "in"), ["in/a.pdf"]);
  const given = { service: "documents", alias: "uploads", key: "x" };
  assertEquals(asked, [["storeAlias", { service: "documents" }], ["storeKey", given]]);
  assertEquals(await offered(...PUT.slice(0, -1), ""), ["file"]);
  assertEquals(await offered(...PUT, "--metadata", "a=b", "--create", "--m"), ["--metadata"]);
  assertEquals(await offered(...PUT, "--metadata", "a=b", "--create", "--cr"), []);
});
