import { assertEquals } from "@std/assert";
import { parseManifest } from "./manifest_check.ts";
import { unknownMembers } from "./unknown_members.ts";

const KNOWN = {
  format: "trellis.contract.v1",
  id: "shop@v1",
  displayName: "Shop",
  description: "Sells",
  kind: "service",
  docs: { markdown: "Sells." },
  schemas: { Any: true },
  capabilities: { "shop.read": { displayName: "Read", description: "Reads" } },
  uses: { required: { other: { contract: "other@v1", rpc: { call: ["Other.Get"] } } } },
  errors: { Gone: { type: "Gone", schema: { schema: "Any" } } },
  rpc: {
    "Shop.Get": {
      version: "v1",
      subject: "rpc.v1.Shop.Get",
      input: { schema: "Any" },
      output: { schema: "Any" },
      errors: [{ type: "Gone" }],
      capabilities: { call: ["shop.read"] },
      internal: true,
      docs: { markdown: "Gets." },
    },
  },
  jobs: { mail: { payload: { schema: "Any" }, concurrency: 2, dlq: true } },
  resources: {
    kv: {
      items: {
        purpose: "Stores items",
        schema: { schema: "Any" },
        history: 2,
        ttlMs: 1000,
        maxValueBytes: 9,
        required: true,
        renamedFrom: "things",
        docs: { markdown: "Items." },
      },
    },
    store: {
      files: {
        purpose: "Stores files",
        maxTotalBytes: 9,
        maxObjectBytes: 9,
        ttlMs: 1000,
        required: false,
      },
    },
  },
};

Deno.test("everything that a manifest may say is known", () => {
  assertEquals([...unknownMembers(parseManifest(KNOWN).orThrow())], []);
});

Deno.test("unknown members are found in sections at any depth, and nowhere else", () => {
  const manifest = structuredClone(KNOWN);
  Object.assign(manifest, { owner: "of the top level, which has no meaning" });
  Object.assign(manifest.docs, { author: "of words for people" });
  Object.assign(manifest.rpc["Shop.Get"], { idempotent: true });
  Object.assign(manifest.rpc["Shop.Get"].input, { "a/b": 1 });
  Object.assign(manifest.uses.required.other.rpc, { watch: ["Other.Get"] });
  Object.assign(manifest.resources.kv.items, { compression: "s2" });
  Object.assign(manifest.resources, { queue: {} });
  assertEquals([...unknownMembers(parseManifest(manifest).orThrow())].sort(), [
    ["/resources/kv/items/compression", "s2"],
    ["/resources/queue", {}],
    ["/rpc/Shop.Get/idempotent", true],
    ["/rpc/Shop.Get/input/a~1b", 1],
    ["/uses/required/other/rpc/watch", ["Other.Get"]],
  ]);
});
