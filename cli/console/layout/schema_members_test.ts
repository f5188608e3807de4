import { assert, assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { validatorOf } from "../../../contracts/schema/validator.ts";
import "../../../runtime/host/deno_host.ts";
import { schemaMembers } from "./schema_members.ts";

/** As the records keep it: JSON. */
function plain(schema: object): JsonObject {
  return JSON.parse(JSON.stringify(schema));
}

function members(schema: object, value: JsonValue) {
  return schemaMembers(plain(schema), value, validatorOf(schema).issues(value));
}

const Order = Type.Object({
  orderId: Type.String({ title: "Number", description: "Given by the shop" }),
  lines: Type.Array(Type.Object({ sku: Type.String(), count: Type.Integer({ minimum: 1 }) })),
  note: Type.Optional(Type.String()),
});

Deno.test("each member stands beside what the schema says of it", () => {
  const found = members(Order, { orderId: "o-1", lines: [{ sku: "a", count: 2 }] });
  assertEquals(
    found.map(({ path, type, isRequired, value, isOpened }) => [
      path,
      type,
      isRequired,
      isOpened ? "opened" : value,
    ]),
    [
      ["/orderId", "string", true, "o-1"],
      ["/lines", "list of object with sku, count", true, "opened"],
      ["/lines/0", "object", true, "opened"],
      ["/lines/0/sku", "string", true, "a"],
      ["/lines/0/count", "integer, minimum 1", true, 2],
      ["/note", "string", false, undefined],
    ],
  );
  assertEquals([found[0]?.title, found[0]?.description], ["Number", "Given by the shop"]);
  assert(found.every(({ problems }) => problems.length === 0));
});

Deno.test("what does not fit is marked with the validator's words, missing members too", () => {
  const found = members(Order, { lines: [{ sku: "a", count: 0 }], note: 7, more: true });
  const marked = found.filter(({ problems }) => problems.length > 0);
  assertEquals(marked.map(({ path }) => path), ["/orderId", "/lines/0/count", "/note"]);
  assertEquals(marked[0]?.problems, ["is required"]);
  const undeclared = found.find(({ path }) => path === "/more");
  assertEquals([undeclared?.type, undeclared?.value], [undefined, true]);
});

Deno.test("a value of another kind is marked as a whole", () => {
  const [whole, ...rest] = members(Order, "text");
  assertEquals([whole?.path, whole?.value, whole?.problems.length, rest], ["", "text", 1, []]);
});

Deno.test("of alternatives, the one that the value fits says what there is", () => {
  const schema = Type.Union([
    Type.Object({ kind: Type.Literal("card"), last4: Type.String({ title: "Last digits" }) }),
    Type.Object({ kind: Type.Literal("cash") }),
  ]);
  const found = members(schema, { kind: "card", last4: "1234" });
  assertEquals(found.map(({ path, title }) => [path, title]), [
    ["/kind", undefined],
    ["/last4", "Last digits"],
  ]);
});

Deno.test("without a value the schema alone is told", () => {
  assertEquals(schemaMembers(plain(Order), undefined).map(({ path }) => path), [
    "/orderId",
    "/lines",
    "/note",
  ]);
});

Deno.test("names that every object has, and endless values, are taken as they are", () => {
  const value = JSON.parse('{"constructor":1,"__proto__":2}');
  const found = schemaMembers({ type: "object" }, value);
  assertEquals(found.map(({ path, value }) => [path, value]), [
    ["/constructor", 1],
    ["/__proto__", 2],
  ]);
  const deep = JSON.parse("[".repeat(5000) + "]".repeat(5000));
  assert(schemaMembers(true, deep).length < 100);
  assert(schemaMembers(true, Array.from({ length: 5000 }, () => 1)).length <= 501);
});
