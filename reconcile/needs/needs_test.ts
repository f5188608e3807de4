import { assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineError } from "../../contracts/errors/define_error.ts";
import { defineServiceContract } from "../../contracts/define/define.ts";
import { needsOf } from "./needs.ts";
import { kvNeeds } from "../../tests/support/kv_contract.ts";

Deno.test("needs fill in the defaults of a KV request", () => {
  const { schema, ...rest } = kvNeeds({ orders: {} }).resources.kv.orders!;
  assertEquals(rest, {
    history: 1,
    ttlMs: 0,
    maxValueBytes: 0,
    required: true,
    purpose: "store orders",
  });
  assertEquals(typeof schema, "object");
});

Deno.test("needs keep what a KV request says", () => {
  const settings = { history: 3, ttlMs: 60_000, maxValueBytes: 100, required: false, purpose: "p" };
  const { schema: _, ...rest } = kvNeeds({ orders: settings }).resources.kv.orders!;
  assertEquals(rest, settings);
});

Deno.test("needs hold surfaces by subject, with schemas and sorted error types", () => {
  const A = Type.Object({ a: Type.String() });
  const ZError = defineError({ type: "ZError", fields: {}, message: "z" });
  const BError = defineError({ type: "BError", fields: {}, message: "b" });
  const { manifest, digest } = defineServiceContract(
    { schemas: { A }, errors: { ZError, BError } },
    (ref) => ({
      id: "a@v1",
      displayName: "A",
      description: "A.",
      rpc: {
        "A.Get": {
          version: "v1",
          input: ref.schema("A"),
          output: ref.schema("A"),
          errors: [ref.error("ZError"), ref.error("BError")],
        },
      },
    }),
  );
  const needs = needsOf(manifest, digest);
  assertEquals(needs.contract, "a@v1");
  assertEquals(needs.digest, digest);
  const surface = needs.surfaces["rpc.v1.A.Get"];
  assertEquals(surface?.kind, "rpc");
  assertEquals(surface?.name, "A.Get");
  assertEquals(Object.keys(surface?.schemas ?? {}), ["input", "output"]);
  assertEquals(surface?.errors, ["BError", "ZError"]);
});

Deno.test("needs of used contracts are sorted selections, required where any use is", () => {
  const A = Type.Object({ a: Type.String() });
  const used = defineServiceContract({ schemas: { A } }, (ref) => ({
    id: "a@v1",
    displayName: "A",
    description: "A.",
    rpc: {
      "A.Get": { version: "v1", input: ref.schema("A"), output: ref.schema("A") },
      "A.All": { version: "v1", input: ref.schema("A"), output: ref.schema("A") },
    },
  }));
  const user = defineServiceContract({}, () => ({
    id: "b@v1",
    displayName: "B",
    description: "B.",
    uses: {
      required: { one: used.use({ rpc: { call: ["A.Get"] } }) },
      optional: { two: used.use({ rpc: { call: ["A.All"] } }) },
    },
  }));
  assertEquals(needsOf(user.manifest, user.digest).contracts, {
    "a@v1": { required: true, selections: ["rpc.call:A.All", "rpc.call:A.Get"] },
  });
});
