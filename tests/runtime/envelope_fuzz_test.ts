import { assert, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { RemoteError } from "../../contracts/errors/remote_error.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { UnexpectedError } from "../../contracts/errors/unexpected_error.ts";
import { ValidationError } from "../../contracts/errors/validation_error.ts";
import { decodeError } from "../../runtime/rpc/error_envelope.ts";
import { runsOf } from "../support/random/runs.ts";

const KNOWN = [RemoteError, TransportError, UnexpectedError, ValidationError];
const type = fc.oneof(
  fc.constantFrom("TransportError", "UnexpectedError", "ValidationError", "__proto__", "toString"),
  fc.string(),
);
const envelope = fc.record(
  {
    type,
    message: fc.jsonValue(),
    issues: fc.jsonValue(),
    code: fc.jsonValue(),
    id: fc.jsonValue(),
  },
  { requiredKeys: ["type"] },
);

Deno.test("any text in the place of an error envelope ends as one of the known errors", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.json(), envelope.map((it) => JSON.stringify(it))),
      (text) => {
        const error = decodeError(text, new Map(), "Orders.Get");
        assert(KNOWN.some((known) => error instanceof known));
        assert(typeof error.message === "string");
      },
    ),
    { numRuns: runsOf(2000) },
  );
});

Deno.test("an envelope that no class fits keeps all that came", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.jsonValue(), (name, detail) => {
      const sent = { type: `X${name}`, message: "m", detail };
      const error = decodeError(JSON.stringify(sent), new Map(), "Orders.Get");
      assertInstanceOf(error, RemoteError);
      assert(JSON.stringify(error.payload) === JSON.stringify(sent));
    }),
  );
});
