import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineError } from "./define_error.ts";
import { TrellisError, wireType } from "./trellis_error.ts";
import { validatorOf } from "../schema/validator.ts";

const SoldOutError = defineError({
  type: "SoldOutError",
  fields: { item: Type.String(), left: Type.Optional(Type.Integer()) },
  message: ({ item }) => `${item} is sold out`,
});

Deno.test("an instance is an error of its class with its fields and message", () => {
  const error = new SoldOutError({ item: "tea" });
  assert(error instanceof SoldOutError);
  assert(error instanceof TrellisError);
  assert(error instanceof Error);
  assertEquals([error.name, error.message, error.item], ["SoldOutError", "tea is sold out", "tea"]);
  assertEquals(SoldOutError.type, "SoldOutError");
  assertEquals(wireType(SoldOutError), "SoldOutError");
  assertFalse("left" in error);
});

Deno.test("the wire form fits the schema and is rebuilt to an equal instance", () => {
  const error = new SoldOutError({ item: "tea", left: 0 });
  const wire = JSON.parse(JSON.stringify(error));
  assertEquals(wire, { type: "SoldOutError", message: "tea is sold out", item: "tea", left: 0 });
  assert(validatorOf(SoldOutError.schema).check(wire));
  const rebuilt = SoldOutError.fromSerializable(wire);
  assert(rebuilt instanceof SoldOutError);
  assertEquals(rebuilt.toSerializable(), error.toSerializable());
});

Deno.test("the message that came over the wire is kept", () => {
  const rebuilt = SoldOutError.fromSerializable({
    type: "SoldOutError",
    message: "Tee ist aus",
    item: "tea",
  });
  assertEquals(rebuilt.message, "Tee ist aus");
});

Deno.test("the cause never goes on the wire", () => {
  const cause = new Error("password=1234");
  const error = new SoldOutError({ item: "tea" }, { cause });
  assertEquals(error.cause, cause);
  assertFalse(JSON.stringify(error).includes("1234"));
});

Deno.test("an error without fields takes no arguments", () => {
  const PlainError = defineError({ type: "PlainError", fields: {}, message: "plain" });
  assertEquals(new PlainError().toSerializable(), { type: "PlainError", message: "plain" });
});

Deno.test("data of another type does not fit the schema", () => {
  const check = validatorOf(SoldOutError.schema);
  assertFalse(check.check({ type: "OtherError", message: "m", item: "tea" }));
  assertFalse(check.check({ type: "SoldOutError", message: "m" }));
  assert(check.check({ type: "SoldOutError", message: "m", item: "tea", added: 1 }));
});

Deno.test("a type that is no name is refused", () => {
  for (const type of ["", "Not Found", "1Error", "a.b", "Näh"]) {
    assertThrows(() => defineError({ type, fields: {}, message: "m" }), TypeError, "defineError");
  }
});

Deno.test("a field that would hide a member of errors is refused by name", () => {
  for (const name of ["type", "message", "name", "stack", "cause", "toSerializable", "toJSON"]) {
    assertThrows(
      () => defineError({ type: "XError", fields: { [name]: Type.String() }, message: "m" }),
      TypeError,
      name,
    );
  }
});

Deno.test("a field that was not given is absent, whatever objects inherit", () => {
  for (const name of ["toString", "constructor", "valueOf", "hasOwnProperty"]) {
    const fields = { [name]: Type.Optional(Type.String()) };
    const XError = defineError({ type: "XError", fields, message: "m" });
    assertEquals(Object.keys(new XError().toSerializable()).sort(), ["message", "type"]);
  }
});
