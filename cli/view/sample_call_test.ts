import { assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../contracts/define/define.ts";
import { sampleCall } from "./sample_call.ts";

Deno.test("a sample call has an input that fits the schema", () => {
  const Input = Type.Object({
    size: Type.Integer({ minimum: 7 }),
    colour: Type.Union([Type.Literal("red"), Type.Literal("blue")]),
    note: Type.Optional(Type.String()),
  });
  const { manifest } = defineServiceContract({ schemas: { Input } }, (ref) => ({
    id: "paint@v1",
    displayName: "Paint",
    description: "Paints.",
    rpc: {
      "Paint.Mix": { version: "v1", input: ref.schema("Input"), output: ref.schema("Input") },
    },
  }));
  assertEquals(sampleCall(manifest), ["call", "Paint.Mix", '{"size":7,"colour":"red"}']);
  assertEquals(sampleCall({ ...manifest, rpc: {} }), undefined);
});
