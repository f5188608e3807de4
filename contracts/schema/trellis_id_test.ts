import { assert, assertFalse } from "@std/assert";
import { ulid } from "ulid";
import { TrellisIDSchema } from "./trellis_id.ts";
import { validatorOf } from "./validator.ts";

Deno.test("a ULID is an id, and nothing else is", () => {
  const ids = validatorOf(TrellisIDSchema);
  for (let i = 0; i < 100; i++) assert(ids.check(ulid()));
  const wrong = [
    "",
    "01ARZ3NDEKTSV4RRFFQ69G5FA",
    "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
    "01arz3ndektsv4rrffq69g5fav",
    "01ARZ3NDEKTSV4RRFFQ69G5FAI",
    "81ARZ3NDEKTSV4RRFFQ69G5FAV",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV\n",
    1,
    null,
  ];
  for (const value of wrong) assertFalse(ids.check(value), JSON.stringify(value));
});
