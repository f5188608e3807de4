import { assert, assertEquals, assertFalse } from "@std/assert";
import { RemoteError } from "../../../contracts/errors/remote_error.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { TrellisError, wireType } from "../../../contracts/errors/trellis_error.ts";
import { UnexpectedError } from "../../../contracts/errors/unexpected_error.ts";
import { ValidationError } from "../../../contracts/errors/validation_error.ts";
import { validatorOf } from "../../../contracts/schema/validator.ts";

const transport = new TransportError({
  message: "no service answers rpc.v1.Orders.Create",
  code: "trellis.rpc.unavailable",
  hint: "start the service",
});

Deno.test("a transport error carries message, code and hint, there and back", () => {
  const wire = transport.toSerializable();
  assertEquals(wire, {
    type: "TransportError",
    message: "no service answers rpc.v1.Orders.Create",
    code: "trellis.rpc.unavailable",
    hint: "start the service",
  });
  assert(validatorOf(TransportError.schema).check(wire));
  assertEquals(TransportError.fromSerializable(wire).toSerializable(), wire);
});

Deno.test("a transport error says whether the same call may succeed later", () => {
  assert(transport.retryable);
  const malformed = new TransportError({
    message: "m",
    code: "trellis.rpc.malformed_reply",
    hint: "h",
  });
  assertFalse(malformed.retryable);
});

Deno.test("an unexpected error keeps its cause to itself", () => {
  const cause = new Error("secret");
  const error = new UnexpectedError({ cause, id: "01J" });
  assertEquals(error.cause, cause);
  const wire = error.toSerializable();
  assertEquals(wire, {
    type: "UnexpectedError",
    message: "an unexpected error occurred",
    id: "01J",
  });
  assert(validatorOf(UnexpectedError.schema).check(wire));
  assertEquals(UnexpectedError.fromSerializable(wire).id, "01J");
  assertFalse("id" in new UnexpectedError().toSerializable());
});

Deno.test("a validation error names the first issue and counts the rest", () => {
  const issues = [{ path: "/a", message: "is required" }, { path: "/b", message: "is wrong" }];
  const error = new ValidationError({ subject: "input of Orders.Create", issues });
  assertEquals(
    error.message,
    "input of Orders.Create does not fit its schema: /a is required (and 1 more)",
  );
  const wire = error.toSerializable();
  assert(validatorOf(ValidationError.schema).check(wire));
  assertEquals(ValidationError.fromSerializable(wire).issues, issues);
  assertEquals(
    new ValidationError({ issues: [] }).message,
    "value does not fit its schema: unknown",
  );
});

Deno.test("a remote error keeps the payload unchanged", () => {
  const payload = { type: "StrangeError", message: "odd", deep: { list: [1, null] } };
  const error = new RemoteError({ payload });
  assertEquals(error.payload, payload);
  assertEquals(error.toSerializable(), payload);
  assertEquals(error.message, "StrangeError: odd");
  assertEquals(error.name, "RemoteError");
});

Deno.test("wire data cannot plant a cause", () => {
  const planted = { type: "UnexpectedError" as const, message: "m", cause: "planted" };
  assertEquals(UnexpectedError.fromSerializable(planted).cause, undefined);
  const issues = { ...planted, type: "ValidationError" as const, issues: [] };
  assertEquals(ValidationError.fromSerializable(issues).cause, undefined);
});

Deno.test("a class without a literal type has no wire type", () => {
  assertEquals(wireType(TransportError), "TransportError");
  class Bare extends TrellisError {
    override readonly name = "Bare";
    static readonly schema = {} as typeof TransportError.schema;
    static fromSerializable(): Bare {
      return new Bare();
    }
    override toSerializable() {
      return { type: "Bare", message: this.message };
    }
  }
  assertEquals(wireType(Bare), undefined);
});
