import { assertEquals, assertInstanceOf } from "@std/assert";
import { wireType } from "../../contracts/errors/trellis_error.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";
import { KVError } from "./kv_error.ts";

Deno.test("a KV error crosses the wire and is an instance again", () => {
  const error = new KVError({
    reason: "corrupt_value",
    message: "it does not fit",
    key: "o-1",
    issues: [{ path: "/quantity", message: "must be >= 1" }],
    cause: new Error("private"),
  });
  const data = JSON.parse(JSON.stringify(error));
  assertEquals(wireType(KVError), "KVError");
  assertEquals(validatorOf(KVError.schema).issues(data), []);
  assertEquals("cause" in data, false);
  const back = KVError.fromSerializable(data);
  assertInstanceOf(back, KVError);
  assertEquals(back.toSerializable(), error.toSerializable());
});

Deno.test("only what may pass by itself is retryable, unless said otherwise", () => {
  const retryable = (reason: KVError["reason"]) => new KVError({ reason, message: "" }).retryable;
  assertEquals([retryable("unavailable"), retryable("timeout")], [true, true]);
  assertEquals([retryable("exists"), retryable("unknown_outcome")], [false, false]);
  const closed = new KVError({ reason: "unavailable", message: "", retryable: false });
  assertEquals(KVError.fromSerializable(closed.toSerializable()).retryable, false);
});
