import { assert, assertEquals } from "@std/assert";
import type { JsonObject } from "../../contracts/json/json.ts";
import { handMade, kvNeed } from "../../tests/support/hand_made_needs.ts";
import { diffNeeds } from "./diff_needs.ts";

type Schema = JsonObject | boolean;

const integer: JsonObject = { type: "integer" };

function object(properties: JsonObject = {}, more: JsonObject = {}): JsonObject {
  return { type: "object", properties, ...more };
}

/** Places at which stored values are doubted. */
function doubted(before: Schema, after: Schema, stored: readonly string[] = ["kv/a"]): string[] {
  const changes = diffNeeds(
    handMade({ kv: { a: kvNeed({ schema: before }) } }),
    handMade({ kv: { a: kvNeed({ schema: after }) } }),
    { stored: new Set(stored) },
  );
  return changes.filter(({ code }) => code === "schema.property.declared").map(({ path }) => path)
    .sort();
}

const BASE = "/resources/kv/a/schema";

Deno.test("a property that is declared in an open object is doubted, where values may be stored", () => {
  assertEquals(doubted(object(), object({ w: integer })), [`${BASE}/properties/w`]);
  assertEquals(doubted(object(), object({ w: integer }), []), []);
  assertEquals(doubted(object(), object({ w: integer }), ["kv/b"]), []);
});

Deno.test("what no stored value can hold, or what takes anything, is not doubted", () => {
  const closed = { additionalProperties: false };
  assertEquals(doubted(object({}, closed), object({ w: integer }, closed)), []);
  assertEquals(doubted(object({}, { unevaluatedProperties: false }), object({ w: integer })), []);
  assertEquals(doubted(object({}, { additionalProperties: integer }), object({ w: integer })), []);
  assertEquals(doubted(object(), object({ w: {} })), []);
  assertEquals(doubted(object(), object({ w: true })), []);
  assertEquals(doubted(object({ w: integer }), object({ w: { type: "number" } })), []);
});

Deno.test("names that a wider pattern declares are doubted", () => {
  const record = (pattern: string, more: JsonObject = {}) => ({
    type: "object",
    patternProperties: { [pattern]: integer },
    ...more,
  });
  const [narrow, wide] = ["^[a-z]+$", "^[a-zA-Z]+$"];
  assertEquals(doubted(record(narrow), record(wide)), [`${BASE}/patternProperties/${wide}`]);
  assertEquals(doubted(record(wide), record(narrow)), []);
  const closed = { additionalProperties: false };
  assertEquals(doubted(record(narrow, closed), record(wide, closed)), []);
});

Deno.test("doubt reaches every depth, and names the outermost place", () => {
  const inner = (properties: JsonObject) =>
    object({ list: { type: "array", items: object(properties) } });
  assertEquals(doubted(inner({}), inner({ w: integer })), [
    `${BASE}/properties/list/items/properties/w`,
  ]);
  assertEquals(doubted(object(), object({ o: object({ w: integer }) })), [`${BASE}/properties/o`]);
  // A place that the old schema does not have may have been any value before.
  const union = { anyOf: [object({ w: integer }), object({ v: integer })] };
  assertEquals(
    doubted(object(), union),
    [
      `${BASE}/anyOf/0/properties/w`,
      `${BASE}/anyOf/1/properties/v`,
    ].toSorted(),
  );
});

Deno.test("what is known to be declared otherwise before is reported once", () => {
  const changes = diffNeeds(
    handMade({ kv: { a: kvNeed({ schema: object() }) } }),
    handMade({ kv: { a: kvNeed({ schema: object({ w: integer }) }) } }),
    {
      stored: new Set(["kv/a"]),
      earlier: [{
        version: 1,
        needs: handMade({ kv: { a: kvNeed({ schema: object({ w: { type: "string" } }) }) } }),
      }],
    },
  );
  const dangerous = changes.filter(({ severity }) => severity === "dangerous");
  assertEquals(dangerous.map(({ code }) => code), ["schema.property.reused"]);
});

Deno.test("a wider schema of values says that older instances refuse the new ones", () => {
  const changes = diffNeeds(
    handMade({ kv: { a: kvNeed({ schema: { enum: ["a"] } }) } }),
    handMade({ kv: { a: kvNeed({ schema: { enum: ["a", "b"] } }) } }),
  );
  assertEquals(changes.map(({ code }) => code), ["schema.widened"]);
  assert(changes[0]?.reason.includes("older contract refuse"), changes[0]?.reason);
});
