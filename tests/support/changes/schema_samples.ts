/**
 * For every code of a schema change, an old schema and a new one, and where they stand in a contract.
 *
 * @module
 */
import type { SchemaChangeCode } from "../../../contracts/compatibility/finding.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { type ChangeSample, kv, surface } from "./change_samples.ts";
import { rpcNeed } from "../hand_made_needs.ts";

type Schema = JsonObject | boolean;

const text = { type: "string" };
const object = (members: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: "object",
  properties: members,
  ...more,
});

/** For every code of a schema change, an old schema and a new one. */
export const SCHEMA_SAMPLES: Readonly<
  Record<SchemaChangeCode, readonly [before: Schema, after: Schema]>
> = {
  "schema.widened": [{ type: "integer" }, { type: "number" }],
  "schema.annotated": [text, { type: "string", title: "A text" }],
  "schema.required.added": [object({ a: text }), object({ a: text }, { required: ["a"] })],
  "schema.properties.closed": [
    object({ a: text, b: text }),
    object({ a: text }, { additionalProperties: false }),
  ],
  "schema.type.narrowed": [{ type: "number" }, text],
  "schema.enum.narrowed": [{ enum: ["a", "b"] }, { enum: ["a"] }],
  "schema.variant.removed": [
    { anyOf: [text, { type: "object", properties: {} }, { type: "number" }] },
    { anyOf: [text, { type: "number" }] },
  ],
  "schema.range.narrowed": [{ type: "number" }, { type: "number", maximum: 10 }],
  "schema.length.narrowed": [text, { type: "string", maxLength: 10 }],
  "schema.pattern.changed": [text, { type: "string", pattern: "^a" }],
  "schema.format.changed": [text, { type: "string", format: "date-time" }],
  "schema.items.narrowed": [
    { type: "array", items: text },
    { type: "array", items: text, uniqueItems: true },
  ],
  "schema.size.narrowed": [
    { type: "array", items: text },
    { type: "array", items: text, maxItems: 3 },
  ],
  "schema.forbidden": [text, false],
  "schema.meaning.changed": [
    { type: "string", contentEncoding: "base64" },
    { type: "string", contentEncoding: "base16" },
  ],
  "schema.unproved": [
    { type: "array", items: text },
    { type: "array", items: text, unevaluatedItems: false },
  ],
};

/** A KV bucket whose schema changes. */
export function writtenSample(before: Schema, after: Schema): ChangeSample {
  return kv("schema", { schema: before }, { schema: after });
}

/** An RPC whose output changes. */
export function receivedSample(before: Schema, after: Schema): ChangeSample {
  const rpc = (output: Schema) => rpcNeed({ schemas: { input: true, output } });
  return surface("schemas/output", rpc(before), rpc(after));
}
