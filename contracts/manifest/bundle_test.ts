import { assertEquals } from "@std/assert";
import { buildBundle, bundleText, parseBundle } from "./bundle.ts";
import { defineAppContract } from "../define/define.ts";

const [a, b] = ["a@v1", "b@v1"].map((id) => {
  const { manifest, digest } = defineAppContract({}, () => ({
    id: id as "a@v1",
    displayName: id,
    description: "An app.",
  }));
  return { id, digest, file: `contracts/${id[0]}.ts`, manifest };
});
const contracts = a === undefined || b === undefined ? [] : [b, a];

Deno.test("a bundle is sorted by id, and the same contracts give the same text", () => {
  const bundle = buildBundle(contracts);
  assertEquals(bundle.contracts.map(({ id }) => id), ["a@v1", "b@v1"]);
  assertEquals(bundleText(bundle), bundleText(buildBundle([...contracts].reverse())));
});

Deno.test("what was written is read back", () => {
  const bundle = buildBundle(contracts);
  assertEquals(parseBundle(JSON.parse(bundleText(bundle))).orThrow(), bundle);
  assertEquals(parseBundle(buildBundle([])).orThrow().contracts, []);
});

Deno.test("a bundle is not believed", () => {
  const [first, second] = buildBundle(contracts).contracts;
  const paths = (value: unknown) => {
    const parsed = parseBundle(value);
    return parsed.isErr() ? parsed.error.map(({ path }) => path) : [];
  };
  const format = "trellis.bundle.v1";
  assertEquals(paths(null), [""]);
  assertEquals(paths({ format: "x", contracts: [] }), ["/format"]);
  assertEquals(paths({ format }), ["/contracts"]);
  assertEquals(paths({ format, contracts: [{ ...first, digest: "x" }] }), ["/contracts/0/digest"]);
  assertEquals(paths({ format, contracts: [{ ...first, id: "x@v1" }] }), ["/contracts/0/id"]);
  assertEquals(paths({ format, contracts: [second, first] }), ["/contracts/1/id"]);
  assertEquals(paths({ format, contracts: [first, first] }), ["/contracts/1/id"]);
  assertEquals(
    paths({ format, contracts: [{ ...first, manifest: { ...first?.manifest, id: 1 } }] }),
    ["/contracts/0/manifest/id"],
  );
});
