import { assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../contracts/define/define.ts";
import { isRecord } from "../../contracts/json/json.ts";
import "../../contracts/define/check_contracts.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import { parseManifest } from "../../contracts/manifest/manifest_check.ts";

const Text = Type.Object({
  path: Type.String(),
  type: Type.Optional(Type.String()),
  part: Type.Object({ name: Type.Literal("a") }),
});
const Upload = Type.Union([
  Type.Object({ path: Type.String(), size: Type.Number(), only: Type.String() }),
  Type.Object({ path: Type.String(), size: Type.Number() }),
]);
const registry = { schemas: { Text, Upload } };

const right = defineServiceContract(registry, (ref) => ({
  id: "files@v1",
  displayName: "Files",
  description: "Keeps files.",
  operations: {
    "Files.Put": {
      version: "v1",
      input: ref.schema("Text"),
      output: ref.schema("Text"),
      transfer: {
        direction: "send",
        store: "files",
        key: "/part/name",
        contentType: "/type",
        maxBytes: 1000,
        expiresInMs: 3_600_000,
      },
    },
    "Files.Pack": {
      version: "v1",
      input: ref.schema("Upload"),
      output: ref.schema("Text"),
      transfer: { direction: "receive", store: "files" },
    },
  },
  rpc: {
    "Files.Get": {
      version: "v1",
      input: ref.schema("Text"),
      output: ref.schema("Text"),
      transfer: { direction: "receive", store: "files" },
    },
  },
  feeds: {
    "Files.Changes": { version: "v1", input: ref.schema("Text"), event: ref.schema("Text") },
  },
  resources: { store: { files: { purpose: "files", maxObjectBytes: 1000 } } },
})).manifest;

/** The mistakes of the manifest with other transfers, as `code path: message`. */
function mistakes(
  section: "rpc" | "operations",
  name: string,
  transfer: unknown,
): readonly string[] {
  const changed: ContractManifest = {
    ...right,
    [section]: { ...right[section], [name]: { ...right[section]?.[name], transfer } },
  };
  const parsed = parseManifest(changed);
  return parsed.isOk() ? [] : parsed.error.map(({ code, path, message, fix }) => {
    assertEquals(fix === "", false);
    return `${code} ${path}: ${message}`;
  });
}

const PUT = "/operations/Files.Put/transfer";
const sent = { direction: "send", store: "files", key: "/path" };

Deno.test("[S102] every mistake of a file that is sent is told at once, with where it is", () => {
  assertEquals(mistakes("operations", "Files.Put", sent), []);
  assertEquals(
    mistakes("operations", "Files.Put", {
      direction: "send",
      store: "file",
      key: "path",
      contentType: "/nothing",
      maxBytes: 1.5,
      expiresInMs: 3_600_001,
    }),
    [
      `store.unknown ${PUT}/store: names the store "file", which this contract does not have`,
      `param.unknown ${PUT}/key: is not a JSON pointer`,
      `param.unknown ${PUT}/contentType: /nothing names no property of the input, or not of all its variants`,
      `value.range ${PUT}/expiresInMs: is 3600001`,
      `value.range ${PUT}/maxBytes: is 1.5`,
    ],
  );
  assertEquals(mistakes("operations", "Files.Put", { ...sent, maxBytes: 1001 }), [
    `value.range ${PUT}/maxBytes: is 1001, and the store takes 1000 at most`,
  ]);
  assertEquals(mistakes("operations", "Files.Put", { direction: "send" }), [
    `shape ${PUT}/store: is missing`,
    `shape ${PUT}/key: is missing`,
  ]);
  assertEquals(mistakes("operations", "Files.Put", { ...sent, direction: "up" }), [
    `shape ${PUT}/direction: has an unknown value`,
  ]);
  assertEquals(mistakes("operations", "Files.Put", "files"), [`shape ${PUT}: is not an object`]);
});

Deno.test("the key of a file is a string in every variant of the input", () => {
  const at = (key: string) =>
    mistakes("operations", "Files.Pack", { ...sent, key }).map((text) => text.split(": ")[1]);
  assertEquals(at("/path"), []);
  assertEquals(at("/size"), ["/size is not a string in every variant of the input"]);
  assertEquals(at("/only"), ["/only names no property of the input, or not of all its variants"]);
});

Deno.test("[S102] what an answer grants has a store and nothing else, and an RPC takes no files", () => {
  const GET = "/rpc/Files.Get/transfer";
  assertEquals(mistakes("rpc", "Files.Get", { ...sent, direction: "receive" }), [
    `shape ${GET}/key: does not go with direction "receive"`,
  ]);
  assertEquals(mistakes("rpc", "Files.Get", sent), [
    `shape ${GET}/direction: is "send", and an RPC takes no files`,
  ]);
});

Deno.test("no feed has the subjects of what is said of another one", () => {
  const feed = right.feeds?.["Files.Changes"];
  const named = (name: string) => {
    const feeds = { [name]: { ...feed, subject: `feeds.v1.${name}` } };
    const parsed = parseManifest({ ...right, feeds });
    return parsed.isOk() ? [] : parsed.error.map(({ code }) => code);
  };
  assertEquals(isRecord(feed), true);
  assertEquals(named("Files.credit.Changes"), ["surface.collision"]);
  assertEquals(named("Files.Credit"), []);
});
